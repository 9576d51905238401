// The shapes of what a look at a folder finds; docs/reference/http.md says what they mean.
import type { FileInfo, Finding, Packing, PreviewFacts, Problem } from '../../types'
import { WORST } from '../../words'

export interface InFiles { code: string; severity: Finding['severity']; message: string; hint: string; count: number; files: string[] }
export interface Summary extends PreviewFacts {
  error?: Problem; records?: number; findings?: Finding[]; in_files?: InFiles[]; skipped?: Record<string, number>; set_aside?: Record<string, string>
  counts?: { items: number; files: number; bytes: number; by_status: Record<string, number>; by_extension: Record<string, number>; by_kind?: Record<string, Record<string, number>>; office?: number; unknown?: number }
}
/** A line of the list: an item, or (with `file`) one of its files. */
export interface Line {
  primary: string; size: number; status: string; picture: boolean
  key?: string; files?: number; open?: boolean; set_aside?: string | null
  file?: string; path?: string; role?: string; depth?: number
}
export interface LinesPage { rows: Line[]; total: number; items: number }
export interface FoundFile extends FileInfo { file: string }
export interface FoundItem { key: string; primary: string; files: FoundFile[]; problems: Finding[]; status: string; set_aside: string | null; packing: Packing }

export const lineId = (line: Line): string => (line.file ? `${line.primary}\u0000${line.file}` : line.primary)
const ORDER = [...WORST, 'set-aside']
export const byStatus = (counts: Record<string, number>): [string, number][] => Object.entries(counts).sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
/** What people should read before anything of it is public. */
export const PRIVATE = ['gps', 'contact-data', 'serial-number', 'rights-statement']
