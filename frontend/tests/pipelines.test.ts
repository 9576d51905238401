import { expect, it } from 'vitest'
import { offers, placeAt, stepAt } from '../src/views/pipelines/completion'
import { canMeet, moved, newStep, renamed, sources, withPart, type Component, type Model, type Words } from '../src/views/pipelines/model'

const resize: Component = {
  id: 'image.resize', version: 1, title: 'Resize', help: '', plugin: 'Images', reads: [], missing: [], units: {},
  inputs: [{ name: 'images', media: ['image/*'], many: false, optional: false }], outputs: [{ name: 'images', media: ['image/*'], many: false, optional: false }],
  params: { properties: { format: { enum: ['keep', 'jpeg'], default: 'keep' }, longest_side: { type: 'integer', default: 2000 } } },
}
const words: Words = { components: [resize], fields: [{ field: 'title', title: 'Title' }], roles: ['primary'], names: ['stem'], told: ['run.paradata'] }
const model: Model = {
  hdp: 1, name: 'x', inputs: { photos: ['image/*'] }, upload: ['inputs.photos', 'small.images'], metadata: [{ from: 'small', fill: ['title'] }],
  steps: [{ id: 'small', uses: 'image.resize@1', in: { images: 'inputs.photos' } }, { id: 'tiny', uses: 'image.resize@1', in: { images: ['small.images'] }, when: 'small.count > 2' }],
}
const YAML = `hdp: 1
name: x
inputs: {photos: [image/*]}
steps:
  - id: small
    uses: image.resize@1
    in: {images: inputs.photos}
    with:
      format: jpeg
upload: [inputs.photos]
metadata:
  - {from: small, fill: [title]}
`
const at = (mark: string) => YAML.indexOf(mark) + mark.length
const labels = (mark: string, text = YAML) => {
  const here = text.indexOf(mark) + mark.length
  return offers(placeAt(text, here), model, words, stepAt(text, here)).map((one) => one.label)
}

it('knows where the cursor is', () => {
  expect(placeAt(YAML, at('uses: '))).toMatchObject({ path: ['steps', '[]', 'uses'], key: false })
  expect(placeAt(YAML, at('in: {images: inp'))).toMatchObject({ path: ['steps', '[]', 'in', 'images'], typed: 'inp' })
  expect(placeAt(YAML, at('      for'))).toMatchObject({ path: ['steps', '[]', 'with'], key: true })
  expect(placeAt(YAML, at('      format: '))).toMatchObject({ path: ['steps', '[]', 'with', 'format'], key: false })
  expect(placeAt(YAML, at('{from: small, fi'))).toMatchObject({ path: ['metadata', '[]'], key: true })
  expect(placeAt(YAML, at('fill: [ti'))).toMatchObject({ path: ['metadata', '[]', 'fill', '[]'], key: false })
  expect(placeAt(YAML, at('upload: [in'))).toMatchObject({ path: ['upload', '[]'] })
  expect(placeAt(YAML, at('nam'))).toMatchObject({ path: [], key: true })
})

it('offers what fits there', () => {
  expect(labels('uses: ')).toEqual(['image.resize@1'])
  expect(labels('      format: ')).toEqual(['keep', 'jpeg'])
  expect(labels('      for')).toEqual(['format', 'longest_side'])
  expect(labels('in: {images: ')).toEqual(['inputs.photos'])
  expect(labels('upload: [')).toEqual(['inputs.photos', 'small.images', 'tiny.images', 'run.paradata'])
  expect(labels('fill: [')).toEqual(['title'])
  expect(labels('{from: ')).toEqual(['small', 'tiny'])
  expect(labels('nam')).toContain('metadata')
})

it('wires by media type', () => {
  expect(canMeet(['image/*'], ['image/png'])).toBe(true)
  expect(canMeet(['*/*'], ['model/gltf-binary'])).toBe(true)
  expect(canMeet(['image/png'], ['model/*'])).toBe(false)
  expect(sources(model, words, 1).map((one) => one.ref)).toEqual(['inputs.photos', 'small.images'])
})

it('renames a step everywhere', () => {
  const made = renamed(model, 'small', 'web', 'step')
  expect(made.upload).toEqual(['inputs.photos', 'web.images'])
  expect(made.metadata).toEqual([{ from: 'web', fill: ['title'] }])
  expect(made.steps).toMatchObject([{ id: 'web' }, { in: { images: ['web.images'] }, when: 'web.count > 2' }])
  expect(renamed(model, 'photos', 'pictures', 'input')).toMatchObject({ inputs: { pictures: ['image/*'] }, upload: ['inputs.pictures', 'small.images'] })
})

it('makes steps whose results cannot be taken for their originals', () => {
  expect(newStep(model, words, resize)).toEqual({ id: 'resize', uses: 'image.resize@1', in: { images: 'inputs.photos' }, names: '{stem}_resize{ext}' })
  expect(moved([1, 2, 3], 2, 0)).toEqual([3, 1, 2])
  expect(withPart(model, 'upload', [])).toMatchObject({ upload: [] })
  expect(withPart(model, 'metadata', [])).not.toHaveProperty('metadata')
})
