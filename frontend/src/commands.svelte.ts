// What the command palette offers: every section, and every action that makes sense just now.
import { t } from './i18n/index.svelte'
import { askForProject, closeProject, openProject, startScan } from './projects.svelte'
import { route } from './route.svelte'
import { store } from './store.svelte'
import { ui } from './ui.svelte'
import { SECTIONS, STAGES } from './words'

export interface Command { id: string; label: string; about: string; icon: string; run: () => void; /** Further words that find it: the English ones on a German page. */ also?: string }
const WITHOUT_PROJECT = ['pipelines', 'plugins', 'settings']
type Add = (label: string, about: string, icon: string, run: () => void, args?: Record<string, string>) => void

export function commandsFor(): Command[] {
  const all: Command[] = []
  const add: Add = (label, about, icon, run, args = {}) => {
    const english = label.replace(/\{(\w+)\}/g, (_, name: string) => args[name] ?? '')
    all.push({ id: `${all.length}-${english}`, label: t(label, args), about: t(about), icon, run, also: english })
  }
  const go = (path: string) => () => route.go(path)
  sections(add, go)
  for (const job of store.running) add(job.title, 'Running job', 'upl', () => (ui.job = job.id))
  environments(add)
  projects(add, go)
  add('Light theme', 'Appearance', 'sun', () => ui.setTheme('light'))
  add('Dark theme', 'Appearance', 'moon', () => ui.setTheme('dark'))
  add('Theme as the system', 'Appearance', 'pc', () => ui.setTheme('system'))
  add(ui.compact ? 'Comfortable rows' : 'Compact rows', 'Appearance', 'rows2', () => ui.setCompact(!ui.compact))
  add('Language: English', 'Appearance', 'globe', () => ui.setLanguage('en'))
  add('Language: German', 'Appearance', 'globe', () => ui.setLanguage('de'))
  return all
}

function sections(add: Add, go: (path: string) => () => void): void {
  const project = !!store.app?.project
  for (const s of SECTIONS) if (project || WITHOUT_PROJECT.includes(s.id)) add(s.title, 'Section', s.icon, go(`/${s.id}`))
  if (!project) return
  for (const s of STAGES) add('Uploads: {stage}', 'Section', 'up', go(`/uploads/${s.id}`), { stage: t(s.title) })
  add('Activity: Requests', 'Section', 'act', go('/activity/requests'))
}

function environments(add: Add): void {
  if (!store.app?.project) return
  for (const e of store.app.environments) {
    if (e.name === store.envName) continue
    const env = e.builtin ? t(e.title) : e.title
    add('Environment: {env}', 'Environment', 'globe', () => void ui.try(() => store.choose(e.name)), { env })
  }
}

function projects(add: Add, go: (path: string) => () => void): void {
  const project = store.app?.project
  if (project) add('Scan the folder again', 'Project', 'redo', () => void startScan())
  add('New Project', 'Project', 'plus', () => ui.leave(t('New Project'), go('/new')))
  add('Open Project', 'Project', 'files', () => ui.leave(t('Open Project'), () => void askForProject()))
  if (project) add('Close Project', 'Project', 'x', () => ui.leave(t('Close Project'), () => void closeProject()))
  for (const recent of store.app?.recents ?? []) {
    if (!recent.exists || recent.path === project?.path) continue
    add('Open {name}', 'Recent project', 'cube', () => ui.leave(t('Open {name}', { name: recent.name }), () => void ui.try(() => openProject(recent.path))), { name: recent.name })
  }
}
