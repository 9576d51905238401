// Finds the file of an item that a model means by a name: as written, without case, by its last part.
import type { FileInfo } from '../types'

/** Formats that no browser draws; the server's picture of them is shown instead. */
const NEEDS_PREVIEW = /\.(tiff?|heic|heif|jp2|j2k|psd|tga|exr|dds|pdf|dng|cr2|cr3|nef|arw)$/i

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/** The address of a file's bytes. */
export const contentUrl = (item: number, file: FileInfo): string =>
  file.url ?? `/api/items/${item}/content/${encoded(file.path)}${file.root && file.root !== 'input' ? `?root=${encodeURIComponent(file.root)}` : ''}`

export const previewUrl = (file: FileInfo, size: 96 | 480 | 2048, page = 1): string => `${file.preview ?? `/api/files/${file.id}/preview`}?size=${size}${page > 1 ? `&page=${page}` : ''}`

/** Whether a browser draws the file itself. */
export const drawable = (path: string): boolean => /\.(jpe?g|png|webp|gif|bmp)$/i.test(path)

/** `folder` + `name` with its `.` and `..` worked out; the parts that would leave are dropped. */
export function joined(folder: string, name: string): string {
  const parts: string[] = []
  for (const part of `${folder}/${name.replaceAll('\\', '/')}`.split('/')) {
    if (part === '..') parts.pop()
    else if (part && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

const folded = (path: string): string => path.normalize('NFC').toLowerCase()
const last = (path: string): string => path.replaceAll('\\', '/').split('/').pop() ?? ''

/** The item's file that `name`, written in a file of `folder`, stands for; undefined where there is none. */
export function refer(files: FileInfo[], folder: string, name: string): FileInfo | undefined {
  const path = joined(folder, name)
  const alone = files.filter((f) => folded(last(f.path)) === folded(last(name)))
  return files.find((f) => f.path === path) ?? files.find((f) => folded(f.path) === folded(path)) ?? (alone.length === 1 ? alone[0] : undefined)
}

/** Where a texture's pixels come from. */
export const pictureUrl = (item: number, file: FileInfo): string =>
  NEEDS_PREVIEW.test(file.path) && file.id ? previewUrl(file, 2048) : contentUrl(item, file)

const MTL_OPTIONS = /\s-(?:clamp|blendu|blendv|cc|imfchan|texres|boost|type)\s+\S+/gi

/** An MTL as the loader reads it: options that it does not know are left out. */
export const plainMtl = (text: string): string =>
  text.split(/\r?\n/).map((line) => (/^\s*(map_|bump|disp|decal|norm|refl)/i.test(line) ? line.replace(MTL_OPTIONS, '') : line)).join('\n')
