// The product's words for stages, actions and states; one place, so that all screens say the same.
import type { Job, Stage, Tone } from './types'

export const STAGES: { id: Stage; title: string }[] = [
  { id: 'prepare', title: 'Prepare Metadata' },
  { id: 'create', title: 'Create Draft' },
  { id: 'drafts', title: 'Manage Drafts' },
  { id: 'published', title: 'Published' },
]

export const SECTIONS: { id: string; title: string; icon: string }[] = [
  { id: 'dashboard', title: 'Dashboard', icon: 'dash' },
  { id: 'files', title: 'Files', icon: 'files' },
  { id: 'mapping', title: 'Mapping', icon: 'map' },
  { id: 'uploads', title: 'Uploads', icon: 'up' },
  { id: 'pipelines', title: 'Pipelines', icon: 'pipe' },
  { id: 'plugins', title: 'Plugins', icon: 'plug' },
  { id: 'activity', title: 'Activity', icon: 'act' },
  { id: 'settings', title: 'Settings', icon: 'set' },
]

export const ENV_ICONS: Record<string, string> = { practice: 'pc', sandbox: 'flask', production: 'globe' }

export const ACTIONS: Record<string, { row: string; many: string; icon: string }> = {
  prepare: { row: 'Prepare Metadata', many: 'Prepare Metadata', icon: 'edit' },
  back: { row: 'Back to Prepare', many: 'Back to Prepare', icon: 'redo' },
  'set-aside': { row: 'Remove from Project', many: 'Remove from Project', icon: 'trash' },
  create: { row: 'Create Zenodo Draft', many: 'Create Zenodo Drafts', icon: 'plus' },
  'create-upload': { row: 'Create Zenodo Drafts and Upload Files', many: 'Create Zenodo Drafts and Upload Files', icon: 'upl' },
  upload: { row: 'Upload Files', many: 'Upload Files', icon: 'upl' },
  publish: { row: 'Publish', many: 'Publish', icon: 'globe' },
  submit: { row: 'Submit for Review', many: 'Submit for Review', icon: 'globe' },
  withdraw: { row: 'Withdraw from Review', many: 'Withdraw from Review', icon: 'redo' },
  restart: { row: 'Start again here', many: 'Start these again here', icon: 'redo' },
  discard: { row: 'Discard', many: 'Discard Drafts', icon: 'trash' },
  settle: { row: 'Settle...', many: 'Settle', icon: 'redo' },
  refresh: { row: 'Look again', many: 'Look again', icon: 'redo' },
  contents: { row: 'View Draft Contents', many: 'View Draft Contents', icon: 'files' },
  values: { row: 'Machine Values...', many: 'Machine Values...', icon: 'pipe' },
  'pipeline-draft': { row: 'Run Pipeline', many: 'Run Pipeline', icon: 'pipe' },
}

export const BATCH: Record<Stage, string[]> = {
  prepare: ['prepare', 'set-aside'],
  create: ['contents', 'create', 'create-upload', 'pipeline-draft', 'values'],
  drafts: ['upload', 'publish', 'submit', 'discard', 'refresh', 'withdraw', 'restart', 'values'],
  published: [],
}

/** The order of the status filters: what needs a person first. */
const CHIPS = ['Failed', 'Declined', 'Unsettled', 'Differs', 'Commented', 'Review ended', 'Look again', 'Missing', 'Invalid', 'Material missing', 'Textures missing', 'Conflict', 'Changed', 'Problems', 'Uploading', 'Pending', 'In review', 'Verified', 'Prepared', 'Valid', 'Published']
export const inOrder = (states: Record<string, number>): [string, number][] =>
  Object.entries(states).sort(([a], [b]) => CHIPS.indexOf(a) - CHIPS.indexOf(b))

export const SORTS: [string, string][] = [['-newest', 'Newest first'], ['title', 'By title'], ['key', 'By key'], ['-size', 'Largest first']]

const STATUS_ICONS: Record<string, string> = {
  Valid: 'ok', Verified: 'ok', Prepared: 'ok', Published: 'globe', Uploading: 'upl', Unsettled: 'warn', Pending: 'wait', Failed: 'bad', Invalid: 'bad', Missing: 'bad',
}
const TONE_ICONS: Record<Tone, string> = { idle: 'info', ok: 'ok', warn: 'warn', loss: 'bad', accent: 'upl' }
export const statusIcon = (word: string, tone: Tone): string => STATUS_ICONS[word] ?? TONE_ICONS[tone] ?? 'info'

/** What the status of a file or item means on a chip. */
export const FILE_STATUS: Record<string, { word: string; tone: Tone; icon: string }> = {
  valid: { word: 'Valid', tone: 'idle', icon: 'ok' },
  unchecked: { word: 'Not opened yet', tone: 'idle', icon: 'wait' },
  invalid: { word: 'Invalid', tone: 'loss', icon: 'bad' },
  problems: { word: 'Problems', tone: 'warn', icon: 'warn' },
  'material-missing': { word: 'Material missing', tone: 'warn', icon: 'warn' },
  'textures-missing': { word: 'Textures missing', tone: 'warn', icon: 'warn' },
  conflict: { word: 'Conflict', tone: 'warn', icon: 'warn' },
  missing: { word: 'Missing', tone: 'loss', icon: 'bad' },
  changed: { word: 'Changed', tone: 'warn', icon: 'warn' },
}
export const WORST = ['invalid', 'missing', 'material-missing', 'textures-missing', 'conflict', 'changed', 'problems', 'unchecked', 'valid']
export const worst = (states: string[]): string => WORST.find((s) => states.includes(s)) ?? states[0] ?? 'valid'

/** Where an item is, in the Files view. */
export const ITEM_STATE: Record<string, { word: string; tone: Tone; icon: string }> = {
  new: { word: 'Not prepared', tone: 'idle', icon: 'wait' },
  prepared: { word: 'Prepared', tone: 'idle', icon: 'ok' },
  draft: { word: 'Draft', tone: 'accent', icon: 'upl' },
  in_review: { word: 'In review', tone: 'accent', icon: 'wait' },
  'in-review': { word: 'In review', tone: 'accent', icon: 'wait' },
  published: { word: 'Published', tone: 'ok', icon: 'globe' },
}
export const KINDS: Record<string, string> = { image: 'Image', model: '3D model', audio: 'Audio', video: 'Video', text: 'Text', application: 'Document', font: 'Font' }

export const REMOTE_STATUS: Record<string, { word: string; tone: Tone; icon: string }> = {
  pending: { word: 'Pending', tone: 'idle', icon: 'wait' },
  uploading: { word: 'Uploading', tone: 'accent', icon: 'upl' },
  uploaded: { word: 'Verified', tone: 'ok', icon: 'ok' },
  failed: { word: 'Failed', tone: 'loss', icon: 'bad' },
}

export const ROLES: Record<string, string> = {
  primary: 'Primary', member: 'Member', material: 'Material', texture: 'Texture', buffer: 'Buffer', sidecar: 'Sidecar',
  documentation: 'Documentation', archive: 'Archive', derived: 'Derived', metadata: 'Metadata',
}

export const JOB_STATE: Record<Job['state'] | 'skipped', { word: string; tone: Tone; icon: string }> = {
  queued: { word: 'Waiting', tone: 'idle', icon: 'wait' },
  running: { word: 'Running', tone: 'accent', icon: 'upl' },
  done: { word: 'Done', tone: 'idle', icon: 'ok' },
  failed: { word: 'Failed', tone: 'loss', icon: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'warn', icon: 'x' },
  interrupted: { word: 'Interrupted', tone: 'warn', icon: 'warn' },
  skipped: { word: 'Skipped', tone: 'idle', icon: 'skip' },
}

/** The rules of a mapping file in the product's words. */
export const RULES: Record<string, string> = {
  column: 'Map Column(s)', columns: 'Map Column(s)', entries: 'Map Column(s)', filename: 'From Filename', literal: 'Set Literal Value', value: 'Set Literal Value',
  choose: 'Select from List', template: 'Construct Automatically', pipeline: 'From Pipeline', file: 'From File', default: 'Default',
}

const IMAGE = ['jpg', 'jpeg', 'png', 'tif', 'tiff', 'gif', 'webp', 'bmp', 'heic', 'jp2', 'dng']
const MODEL = ['obj', 'ply', 'stl', 'gltf', 'glb', 'fbx', 'las', 'laz', 'e57', 'x3d', 'dae']
const AUDIO = ['wav', 'mp3', 'flac', 'ogg', 'm4a', 'aiff']
const FILM = ['mp4', 'mov', 'mkv', 'avi', 'webm']
/** The icon of a file by its name, or of a record by its kind. */
export function kindIcon(nameOrKind: string): string {
  const word = nameOrKind.toLowerCase().split('.').pop() ?? ''
  if (IMAGE.includes(word) || /image|photo/.test(word)) return 'img'
  if (MODEL.includes(word) || /model|3d|mesh/.test(word)) return 'cube'
  if (AUDIO.includes(word) || word.includes('audio')) return 'audio'
  if (FILM.includes(word) || word.includes('video')) return 'film'
  if (word.includes('software')) return 'code'
  if (word.includes('data') || ['csv', 'xlsx', 'tsv'].includes(word)) return 'col'
  return 'doc'
}
