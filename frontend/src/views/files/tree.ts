// An item's files as the tree that they are: primary, then what it refers to, then what that refers to.
import type { FileInfo } from '../../types'

export interface Branch { file: FileInfo; depth: number }

/** Files in the order of a drawn tree; whatever refers in circles or to nothing stands at the top. */
export function asTree(files: FileInfo[]): Branch[] {
  const out: Branch[] = []
  const seen = new Set<FileInfo>()
  const add = (file: FileInfo, depth: number): void => {
    if (seen.has(file)) return
    seen.add(file)
    out.push({ file, depth })
    for (const child of files) if (child.parent === file.path) add(child, depth + 1)
  }
  const known = new Set(files.map((f) => f.path))
  for (const file of files) if (file.role === 'primary') add(file, 0)
  for (const file of files) if (!file.parent || !known.has(file.parent)) add(file, 0)
  for (const file of files) add(file, 0)
  return out
}
