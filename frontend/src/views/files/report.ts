// What is to be said of an item's files, from the item down to each file.
import { t } from '../../i18n/index.svelte'
import type { FileInfo, Finding, ItemDetail } from '../../types'

export const keyOf = (file: FileInfo): string => `${file.root ?? ''}/${file.path}`

const gone = (file: FileInfo): Finding => ({
  severity: 'error', code: '', message: t('This file is not where it was.'), hint: t('Put it back and scan again, or choose Find again under Actions.'), where: { file: file.path },
})
const of = (file: FileInfo) => (problem: string | Finding): Finding =>
  typeof problem === 'string' ? { severity: 'warning', code: '', message: problem, where: { file: file.path } } : { ...problem, where: { file: file.path, ...problem.where } }

export function reportOf(item: ItemDetail['item'] | undefined): Finding[] {
  const files = item?.files ?? []
  return [
    ...(item?.problems ?? []),
    ...files.filter((file) => file.status === 'missing' && !file.problems.length).map(gone),
    ...files.flatMap((file) => file.problems.map(of(file))),
  ]
}

/** The file to show first: the primary one, else one that is no texture. */
export const firstShown = (item: ItemDetail['item'] | undefined): FileInfo | undefined => {
  const files = (item?.files ?? []).filter((file) => file.view && file.status !== 'missing')
  return files.find((file) => file.path === item?.primary) ?? files.find((file) => file.role !== 'texture') ?? files[0]
}
