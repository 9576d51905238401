import { expect, it } from 'vitest'
import { pickLang } from '../src/i18n/index.svelte'
import page from '../src/i18n/de.json'
import frame from '../src/i18n/de.frame.json'
import pipelines from '../src/i18n/de.pipelines.json'
import versions from '../src/i18n/de.versions.json'
import server from '../src/i18n/de.server.json'
import en from '../src/i18n/en.json'
import { setLocale } from '../src/format'
import { Sentences } from '../src/i18n/sentences'
import { STEPS } from '../src/views/uploads/version/flow.svelte'
import { ACTIONS, BATCH, FILE_STATUS, JOB_STATE, REMOTE_STATUS, ROLES, SECTIONS, STAGES } from '../src/words'

const sources = Object.values(import.meta.glob<string>('../src/**/*.{svelte,ts}', { query: '?raw', import: 'default', eager: true }))
const de = { ...pipelines, ...versions, ...page, ...frame }
const commands = sources.flatMap((text) => [...text.matchAll(/\badd\('([^']+)', '([^']+)'/g)].flatMap((m) => [m[1]!, m[2]!]))
const literal = /\bt\(\s*'((?:[^'\\]|\\.)*)'/g
const used = new Set(sources.flatMap((text) => [...text.matchAll(literal)].map((m) => m[1]!.replace(/\\'/g, "'"))))
const words = [
  ...SECTIONS.map((s) => s.title), ...STAGES.map((s) => s.title), ...Object.values(ACTIONS).flatMap((a) => [a.row, a.many]),
  ...Object.values(FILE_STATUS).map((s) => s.word), ...Object.values(REMOTE_STATUS).map((s) => s.word),
  ...commands, ...STEPS, ...Object.values(JOB_STATE).map((s) => s.word), ...Object.values(ROLES),
]
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort()

it('every word of the page has a German one', () => {
  expect([...used, ...words].filter((key) => !(key in de))).toEqual([])
})

it('every translation uses the same placeholders, a singular may drop the number', () => {
  for (const [language, catalogue] of Object.entries({ de, en })) {
    for (const [key, entry] of Object.entries(catalogue)) {
      if (key.startsWith('code:')) continue
      const text = typeof entry === 'string' ? entry : entry.other
      expect(placeholders(text), `${language}: ${key}`).toEqual(placeholders(key))
    }
  }
})

it('batch actions have words', () => {
  for (const action of Object.values(BATCH).flat()) expect(ACTIONS).toHaveProperty(action)
})

it('the language is asked for, kept, or the browser\'s; English otherwise', () => {
  expect(pickLang('?lang=de', 'en', ['en'])).toBe('de')
  expect(pickLang('', 'de', ['en'])).toBe('de')
  expect(pickLang('', null, ['de-AT', 'en'])).toBe('de')
  expect(pickLang('', null, ['fr', 'de'])).toBe('en')
  expect(pickLang('?lang=xx', null, [])).toBe('en')
})

it('sentences of the server are said in German, names and numbers carried over', () => {
  setLocale('de')
  const german = new Sentences(server)
  expect(german.say('1200 of 1200 files verified')).toBe('1.200 von 1.200 Dateien geprüft')
  expect(german.say('It is published already: 10.5072/zenodo.7.')).toBe('Es ist schon veröffentlicht: 10.5072/zenodo.7.')
  expect(german.say('The token belongs to Anna. It sees its drafts.')).toBe('Das Token gehört Anna. Es sieht seine Entwürfe.')
  expect(german.say('“k. A.” stands for a name that is missing.')).toBe('„k. A.“ steht für einen Namen, der fehlt.')
  expect(german.say('"um 1890" is sent as 1890, with these words as the description.')).toBe('„um 1890“ wird als 1890 gesendet, mit diesen Worten als Beschreibung.')
  expect(german.say('Draft 12345 is adopted.')).toBe('Entwurf 12345 ist übernommen.')
  expect(german.say('bowl.mtl names the texture red slip.jpg, which is not there.')).toBe('bowl.mtl nennt die Textur red slip.jpg, die es nicht gibt.')
  expect(new Sentences(server, { Creators: 'Urheber' }).say('Creators are missing.')).toBe('Urheber fehlen.')
  expect(german.say('The curators declined it: “Please add a place.”')).toBe('Die Kuratoren haben ihn abgelehnt: „Please add a place.“')
  expect(german.say('A title of a person, not a sentence of ours.')).toBeNull()
  setLocale('en')
})

it('no sentence of the server loses a name or number in German', () => {
  for (const [english, german] of Object.entries(server)) {
    const known = placeholders(english)
    for (const name of placeholders(german)) expect(known, english).toContain(name)
  }
})
