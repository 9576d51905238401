import { expect, test } from 'vitest'
import { clean, columnsOf, complete, entriesOf, fromSplit, kindOf, placeholders, summary, toSplit, withColumns, withKey, withKind, withOption } from '../src/views/mapping/model'
import type { FieldInfo, Values } from '../src/views/mapping/types'
import { byField, shown } from '../src/views/mapping/show'

const people = { type: 'array', items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, orcid: { type: 'string' } } } }
const info = (field: string, schema: FieldInfo['schema']): FieldInfo => ({ field, title: field, group: '', required: false, recommended: false, filled_in: '', when: {}, schema })
const FIELDS = [info('title', { type: 'string' }), info('keywords', { type: 'array', items: { type: 'string' } }), info('creators', people), info('custom', { type: 'object' })]

test('one column is `column`, several are `columns`', () => {
  expect(withColumns({ column: 'a', default: 'x' }, ['a', 'b'])).toEqual({ columns: ['a', 'b'], default: 'x' })
  expect(withColumns({ columns: ['a', 'b'], join: ' - ' }, ['b'])).toEqual({ column: 'b' })
  expect(kindOf({ columns: ['a'] })).toBe('column')
  expect(kindOf({ default: 'today' })).toBe('literal')
  expect(kindOf({ first: [{ column: 'a' }] })).toBe('first')
})

test('another kind keeps what any rule may have', () => {
  expect(withKind({ column: 'a', default: 'x', split: ';' }, 'template')).toEqual({ template: '', default: 'x' })
  expect(withKind({ column: 'a' }, 'first')).toEqual({ first: [{ column: 'a' }, { literal: '' }] })
  expect(withOption({ column: 'a', html: true }, 'html', false)).toEqual({ column: 'a' })
})

test('separators: one, several, a blank', () => {
  expect([toSplit(';'), toSplit('; |'), toSplit(' '), toSplit('')]).toEqual([';', [';', '|'], ' ', undefined])
  expect(fromSplit([';', '|'])).toBe('; |')
})

test('what is not finished is not sent, and named', () => {
  const values = {
    key: 'k',
    fields: {
      title: { template: '' }, keywords: [{ column: 'a' }, { column: '' }],
      creators: [{ name: { column: 'c' }, orcid: { column: '' } }, { orcid: { column: 'o' } }], custom: { 'dwc:family': { column: 'f' } },
    },
  }
  const made = clean(values as unknown as Values, FIELDS)
  expect(made.unfinished).toEqual(['title', 'keywords', 'creators'])
  expect(made.values).toEqual({ key: 'k', fields: { keywords: { column: 'a' }, creators: [{ name: { column: 'c' } }], custom: { 'dwc:family': { column: 'f' } } } })
  expect(clean({ fields: { title: { column: '' } } }, FIELDS).values).toEqual({})
  expect(complete({ first: [{ column: 'a' }, { literal: '' }] })).toBe(false)
})

test('what was finished is sent exactly as it stands in the file', () => {
  const fields = { title: { columns: ['a'] }, creators: { column: 'names', split: ';' }, keywords: [{ column: 'a' }], custom: { pipeline: true } }
  expect(clean({ fields }, FIELDS)).toEqual({ values: { fields }, unfinished: [] })
  expect(entriesOf(fields.creators, people)).toEqual([{ each: { column: 'names', split: ';' }, name: { it: true } }])
})

test('a key is as short as it can be written', () => {
  expect(withKey('file', { match: 'stem' })).toEqual({ column: 'file', match: 'stem' })
  expect(withKey({ column: 'file', loosely: ['case'] }, { loosely: [] })).toBe('file')
  expect(withKey({ column: 'file', replace: { '/': '_' } }, { column: 'inv' })).toEqual({ column: 'inv', replace: { '/': '_' } })
})

test('columns are found wherever they are read', () => {
  const value = [{ name: { first: [{ column: 'a' }, { template: '{b}, {{c}} {field:title}' }] }, type: { values: { column: 'no' }, column: 'd' } }]
  expect(columnsOf(value as never)).toEqual(['a', 'b', 'd'])
  expect(placeholders('{a} {{b}} { c }')).toEqual(['a', 'c'])
  expect(summary({ literal: ['x', 'y'] })).toBe('x; y')
})

test('values and problems of a row, by field', () => {
  expect(shown([{ name: 'Doe, Jane', orcid: '1' }, { name: 'Kaya' }])).toBe('Doe, Jane; Kaya')
  expect(shown('<p>A &lt;b&gt;<br>c</p>')).toBe('A <b>\nc')
  const finding = { severity: 'error' as const, code: 'x', message: 'm', where: { field: 'creators.0.orcid' } }
  expect(Object.keys(byField({ item: 1, key: '', file: '', title: '', metadata: {}, origins: {}, rows: [], findings: [finding] }))).toEqual(['creators'])
})
