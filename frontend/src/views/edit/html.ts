// Simple HTML as text and back: paragraphs and line breaks only; anything else stays HTML.

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escape = (text: string): string => text.replace(/[&<>]/g, (c) => ESCAPES[c]!)

/** The text of HTML that has no more than paragraphs and line breaks; null for any other. */
export function toText(html: string): string | null {
  const rest = html.replace(/<\/?p>|<br ?\/?>/g, '')
  if (/[<>]/.test(rest)) return null
  const marked = html.replace(/<br ?\/?>/g, '\n').replace(/<\/p>\s*<p>/g, '\n\n').replace(/<\/?p>/g, '')
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: '\u00a0', amp: '&' }
  const text = marked.replace(/&(lt|gt|quot|#39|nbsp|amp);/g, (_, name: string) => named[name]!)
  return text
}

/** Text as HTML: escaped, blank lines as paragraphs, line breaks kept. */
export function toHtml(text: string): string {
  const blocks = text.split(/\n[ \t]*\n\s*/).map((block) => block.trim()).filter(Boolean)
  return blocks.map((block) => `<p>${escape(block).replace(/\n/g, '<br>')}</p>`).join('')
}
