// Opening and closing projects, from wherever that is asked for.
import { post } from './api'
import { t } from './i18n/index.svelte'
import { route } from './route.svelte'
import { store } from './store.svelte'
import type { Project } from './types'
import { ui } from './ui.svelte'

/** Opens a project file and shows its dashboard; throws what the server says. */
export async function openProject(path: string): Promise<void> {
  const { project } = await post<{ project: Project }>('/project/open', { path })
  ui.job = null
  await store.opened(project)
  route.go('/dashboard')
}

export async function openDemo(): Promise<void> {
  const { project } = await post<{ project: Project; job: number }>('/project/demo')
  await store.opened(project)
  route.go('/dashboard')
}

/** Asks for a project file: in the system's dialog where there is a window, else in one of ours. */
export async function askForProject(): Promise<void> {
  if (!store.app?.dialogs) return void (ui.opening = true)
  let path: string | null = null
  try {
    path = (await post<{ path: string | null }>('/dialogs/open-file', { title: t('Open Project'), kinds: ['hdpc'] })).path
  } catch {
    ui.opening = true
  }
  if (path) await ui.try(() => openProject(path))
}

export async function closeProject(): Promise<void> {
  await ui.try(async () => {
    await post('/project/close')
    ui.job = null
    await store.opened(null)
    route.go('/')
  })
}

export const forgetRecent = (path: string): Promise<unknown> =>
  ui.try(async () => {
    await post('/recents/forget', { path })
    await store.refresh()
  })

export const startScan = (): Promise<unknown> =>
  ui.try(async () => {
    const { job } = await post<{ job: number }>('/project/scan')
    ui.say(t('The folder is being scanned.'))
    return job
  })
