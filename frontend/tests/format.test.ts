import { beforeEach, describe, expect, it } from 'vitest'
import { cut, date, groupId, percent, setLocale, size, sizeOf, span, Speed } from '../src/format'

beforeEach(() => setLocale('en'))

describe('sizes', () => {
  it('are decimal with one digit', () => {
    expect(size(0)).toBe('0 B')
    expect(size(999)).toBe('999 B')
    expect(size(4_100_000)).toBe('4.1 MB')
    expect(size(999_960)).toBe('1.0 MB')
    expect(size(null)).toBe('–')
  })
  it('follow the language', () => {
    setLocale('de')
    expect(size(4_100_000)).toBe('4,1 MB')
  })
  it('of two share the unit of the whole', () => expect(sizeOf(1.6e9, 3.8e9, 'of')).toBe('1.6 of 3.8 GB'))
})

it('dates read like 22 Nov 2026', () => {
  expect(date('2026-11-22T12:00:00Z')).toBe('22 Nov 2026')
  expect(date('2026-09-02T12:00:00Z')).toBe('2 Sep 2026')
  expect(date('nonsense')).toBe('')
  expect(date(null)).toBe('')
})

it('percent is 100 only when all is there', () => {
  expect(percent(999, 1000)).toBe(99)
  expect(percent(1000, 1000)).toBe(100)
  expect(percent(0, 0)).toBe(0)
})

it('ids are grouped, other identifiers are left alone', () => {
  expect(groupId('331207')).toBe('331 207')
  expect(groupId('14820744')).toBe('14 820 744')
  expect(groupId('abcde-12345')).toBe('abcde-12345')
  expect(groupId(null)).toBe('')
})

it('a cut name gives all of the name back', () => {
  const name = 'Black-figure amphora with chariot scene, 3D model'
  expect(cut(name).join('')).toBe(name)
  expect(cut('short.obj')).toEqual(['short.obj', ''])
})

it('spans take the largest fitting unit', () => {
  expect(span(12)).toEqual([12, 's'])
  expect(span(300)).toEqual([5, 'min'])
  expect(span(5400)).toEqual([1.5, 'h'])
})

it('speed looks at the last seconds and forgets a job that began again', () => {
  const speed = new Speed()
  for (let s = 0; s <= 10; s += 1) speed.add(s * 1000, s * 1000)
  expect(speed.perSecond).toBe(1000)
  speed.add(0, 11_000)
  expect(speed.perSecond).toBe(0)
})
