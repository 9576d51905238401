import { expect, it } from 'vitest'
import { fitting, Flow } from '../src/views/uploads/version/flow.svelte'

it('takes patterns as the command line does', () => {
  const fits = (pattern: string, name: string) => fitting(pattern)(name)
  expect(fits('', 'x')).toBe(true)
  expect(fits('*_Web.JPG', 'a_web.jpg')).toBe(true)
  expect(fits('*_web.jp', 'a_web.jpg')).toBe(false)
  expect(fits('scan_[12].tif', 'scan_2.tif')).toBe(true)
  expect(fits('scan_[!12].tif', 'scan_2.tif')).toBe(false)
  expect(fits('scan_[!12].tif', 'scan_3.tif')).toBe(true)
  expect(fits('scan_[a-c]?', 'scan_b1')).toBe(true)
  expect(fits('a[]^]b', 'a^b')).toBe(true)
  expect(fits('a[b', 'a[b')).toBe(true)
  expect(fits('a[z-a]', 'az')).toBe(false)
  expect(fits('a+(b).tif', 'a+(b).tif')).toBe(true)
  expect(fits('?.tif', '\u{1F5FF}.tif')).toBe(true)
})

it('forgets what was to be made anew when the pipeline changes', () => {
  const flow = new Flow('practice', null)
  flow.usePipeline('web-copies')
  flow.params = { side: '50' }
  flow.decide(1, 'a_web.jpg', 'regenerate')
  flow.decide(1, 'b.jpg', 'carry')
  flow.usePipeline('web-copies')
  expect(flow.decisions[1]).toEqual({ 'a_web.jpg': 'regenerate', 'b.jpg': 'carry' })
  flow.usePipeline('no-processing')
  expect(flow.params).toEqual({})
  expect(flow.decisions[1]).toEqual({ 'b.jpg': 'carry' })
})
