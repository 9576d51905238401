// What the server said, shared by all views; `ticks` tell a view when to fetch again.
import { SvelteMap } from 'svelte/reactivity'
import { ApiError, asError, get, post } from './api'
import { Events } from './events'
import { t } from './i18n/index.svelte'
import type { AppInfo, Environment, Job, Kind, PreviewFacts, Project, ServerEvent, Task } from './types'

/** What tells the tasks of a job apart: the item, or the title of work on no item. */
export const taskKey = (task: Task): number | string => task.item ?? task.title

export const active = (job: Job): boolean => job.state === 'queued' || job.state === 'running'

class Store {
  app = $state.raw<AppInfo | null>(null)
  error = $state.raw<ApiError | null>(null)
  envName = $state('')
  online = $state(true)
  accounts = $state<Record<string, string>>({})
  jobs = new SvelteMap<number, Job>()
  /** Tasks of running jobs by item, and of the watched job by job and item. */
  tasks = new SvelteMap<string, Task>()
  ticks = $state({ items: 0, files: 0, deposits: 0, pipelines: 0, plugins: 0, settings: 0, project: 0, jobs: 0, pictures: 0 })
  events = new Events({ event: (e) => this.hear(e), reset: () => void this.reset(), online: (o) => (this.online = o) })
  /** How far the preview of a new project's folder is, as the last event told it. */
  preview = $state.raw<PreviewFacts | null>(null)
  /** Paths that were dropped on the window: the page itself is never told them. */
  dropped = $state.raw<string[] | null>(null)
  /** A project file that HDP was started with once more. */
  toOpen = $state.raw<string | null>(null)
  private finished: ((job: Job) => void)[] = []
  private elsewhere: ((now: Project | null, before: Project | null) => void)[] = []
  /** The project that this window opened itself, "" where it closed one. */
  private own: string | null = null

  get env(): Environment | null {
    const all = this.app?.environments ?? []
    return all.find((e) => e.name === this.envName) ?? all[0] ?? null
  }

  /** What people call an environment: those that come with HDP are translated. */
  place(name: string = this.envName): string {
    const env = this.app?.environments.find((e) => e.name === name)
    return env?.builtin ? t(env.title) : env?.title || name
  }

  get live(): boolean {
    return this.env?.kind === 'production'
  }

  get running(): Job[] {
    return [...this.jobs.values()].filter(active).sort((a, b) => a.id - b.id)
  }

  async start(): Promise<void> {
    await this.events.during(async () => {
      this.events.start()
      await this.refresh()
    })
  }

  private asked = 0
  private answered = 0
  async refresh(): Promise<void> {
    const turn = ++this.asked
    try {
      const app = await get<AppInfo>('/app')
      if (turn < this.answered) return // what was asked later is known already: this is older
      this.answered = turn
      const before = this.app
      const opened = app.project?.path !== before?.project?.path
      this.app = app
      this.error = null
      if (opened || !app.environments.some((e) => e.name === this.envName)) this.chooseFirst(app)
      if (opened && before) setTimeout(() => this.tellElsewhere(app.project, before.project), 1500)
      if (app.project) await this.fetchJobs()
    } catch (thrown) {
      this.error = asError(thrown)
    }
  }

  private chooseFirst(app: AppInfo): void {
    this.envName = app.project?.environment ?? app.environments[0]?.name ?? ''
    this.jobs.clear()
    this.tasks.clear()
  }

  /** The newest job that was interrupted and that nobody began again since. */
  interrupted = $state.raw<Job | null>(null)

  /** Jobs of one kind in one environment: the later one goes on with what the earlier one left. */
  private findInterrupted(jobs: Job[]): Job | null {
    const same = (a: Job, b: Job) => a.kind === b.kind && a.env === b.env
    return jobs.find((job, at) => job.state === 'interrupted' && !jobs.slice(0, at).some((later) => same(job, later))) ?? null
  }

  private async fetchJobs(): Promise<void> {
    const { jobs } = await get<{ jobs: Job[] }>('/jobs', { limit: 20 })
    this.interrupted = this.findInterrupted(jobs)
    for (const job of jobs) {
      const known = this.jobs.get(job.id)
      // An ended job never runs again: an answer that came late says nothing new of it.
      if (active(job) && (!known || active(known))) this.jobs.set(job.id, job)
      // Another process ended it, and no event told of that.
      else if (!active(job) && known && active(known)) this.hearJob(job)
    }
  }

  async choose(name: string): Promise<void> {
    this.envName = name
    if (this.live || !this.app?.project) return
    await post('/settings/environment', { env: name })
  }

  async opened(project: Project | null): Promise<void> {
    this.own = project?.path ?? ''
    if (this.app) this.app = { ...this.app, project }
    await this.refresh()
    this.all()
  }

  /** Told when another window opened or closed the project. */
  onElsewhere(tell: (now: Project | null, before: Project | null) => void): () => void {
    this.elsewhere.push(tell)
    return () => (this.elsewhere = this.elsewhere.filter((f) => f !== tell))
  }

  private tellElsewhere(now: Project | null, before: Project | null): void {
    if (this.own === (now?.path ?? '')) return
    this.own = null
    for (const tell of this.elsewhere) tell(now, before)
  }

  onFinish(tell: (job: Job) => void): () => void {
    this.finished.push(tell)
    return () => (this.finished = this.finished.filter((f) => f !== tell))
  }

  taskOf(job: number, key: number | string): Task | undefined {
    return this.tasks.get(`${job}/${key}`)
  }

  /** The task that works on `item` in `env` now, of whichever job. */
  workOn(item: number, env: string): { job: Job; task: Task } | null {
    for (const job of this.running) {
      const task = job.env === env ? this.taskOf(job.id, item) : undefined
      if (task && (task.state === 'running' || task.state === 'queued')) return { job, task }
    }
    return null
  }

  hear(event: ServerEvent): void {
    if (event.type === 'job') this.hearJob(event.job)
    else if (event.type === 'task') this.tasks.set(`${event.job_id}/${taskKey(event.task)}`, event.task)
    else if (event.type === 'preview') this.preview = event.preview
    else if (event.type === 'dropped') this.dropped = event.paths
    else if (event.type === 'asked') this.toOpen = event.path
    else if (event.type === 'changed') this.hearChange(event.kinds)
  }

  /** A job as the server last told it, by event or answer: its end is told once, whichever came first. */
  hearJob(job: Job): void {
    const before = this.jobs.get(job.id)
    this.jobs.set(job.id, job)
    this.ticks.jobs += 1
    const broken = this.interrupted
    if (broken && job.id > broken.id && job.kind === broken.kind && job.env === broken.env) this.interrupted = null
    if (active(job) || (before && !active(before))) return
    for (const tell of this.finished) tell(job)
    if (this.app) void this.refresh() // the number of items, what is open
  }

  private hearChange(kinds: Kind[]): void {
    for (const kind of kinds) this.ticks[kind] += 1
    if (kinds.includes('project') || kinds.includes('settings')) void this.refresh()
  }

  private all(): void {
    for (const kind of Object.keys(this.ticks) as (keyof typeof this.ticks)[]) this.ticks[kind] += 1
  }

  private async reset(): Promise<void> {
    await this.events.during(() => this.refresh())
    this.all()
  }
}

export const store = new Store()
