import { expect, test } from 'vitest'
import { isEmpty, keptIndexes } from '../src/views/edit/values'
import { toHtml, toText } from '../src/views/edit/html'

test('text comes back from the HTML it was made', () => {
  for (const text of ['A bowl', 'a < b & c > d', 'One\ntwo\n\nthree', '<img onerror=x>', '&lt; stays', '']) {
    expect(toText(toHtml(text))).toBe(text)
  }
})

test('HTML with more than paragraphs stays HTML', () => {
  expect(toText('<p>A <b>bowl</b></p>')).toBeNull()
  expect(toText('<ul><li>x</li></ul>')).toBeNull()
  expect(toText('<p>Two</p><p>three</p>')).toBe('Two\n\nthree')
})

test('empty entries are not counted, as the server does not', () => {
  expect(isEmpty({ name: ' ', orcid: '', affiliations: [] })).toBe(true)
  expect(isEmpty({ organisation: false })).toBe(false)
  expect(isEmpty(0)).toBe(false)
  expect(keptIndexes([{ name: '' }, { name: 'x' }, {}, { name: 'y' }])).toEqual([1, 3])
})
