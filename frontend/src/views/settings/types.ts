// What /settings tells.
import type { Environment } from '../../types'

export interface SettingSchema { type: string; description?: string; default?: unknown; minimum?: number; maximum?: number; enum?: string[] }
export interface Target { id: string; title: string; settings: Record<string, SettingSchema> }
export interface EnvironmentDetails extends Environment { target: string; target_title: string; settings: Record<string, unknown>; needs_token: boolean }
export interface ProjectFacts {
  name: string; code: string; file: string; input: string; output: string; environment: string; read_only: boolean
  publishing: Record<string, boolean>
}
export interface SettingsAnswer {
  environments: EnvironmentDetails[]; targets: Target[]; home: string; practice: { url: string; folder: string } | null
  folders: { what: string; path: string }[]; config: Record<string, string | number | null>
  ranges: Record<string, { min: number; max: number }>; project: ProjectFacts | null
}
export interface May { drafts: boolean | null; publish: boolean | null }
