// Addresses in the page: #/uploads/drafts is section "uploads", rest ["drafts"].

class Route {
  parts = $state<string[]>([])

  start(): void {
    const read = () => {
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
