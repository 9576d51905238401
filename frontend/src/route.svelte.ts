// Addresses in the page: #/uploads/drafts is section "uploads", rest ["drafts"].

class Route {
  parts = $state<string[]>([])
  /** Where the page was before; "" when this is the first address of it. */
  before = ''
  /** Asked before another address is gone to; false keeps the page where it is. */
  guard: ((to: string) => boolean) | null = null
  private here = ''

  start(): void {
    const read = () => {
      const to = location.hash
      if (this.guard && to !== this.here && !this.guard(to)) {
        history.replaceState(history.state, '', this.here || '#/')
        return
      }
      if (to !== this.here) this.before = this.here
      this.here = to
      this.parts = location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent)
    }
    addEventListener('hashchange', read)
    read()
  }

  get section(): string {
    return this.parts[0] ?? ''
  }

  go(path: string): void {
    if (location.hash !== `#${path}`) location.hash = path
  }
}

export const route = new Route()
