// The YAML editor, in a piece of its own that comes when it is first needed.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { searchKeymap, highlightSelectionMatches } from '@codemirror/search'
import { Annotation, Compartment, EditorState, type Text } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { Finding } from '../../types'
import type { Offer } from './completion'

const FROM_FORM = Annotation.define<boolean>()
const COLOURS = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)', fontWeight: '500' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--text-2)' },
])
const LOOK = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--text)', fontSize: '13px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft) !important' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--hover)' },
  '.cm-gutters': { backgroundColor: 'var(--sunk)', color: 'var(--text-3)', border: '0' },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--line)', borderRadius: '8px', boxShadow: 'var(--shadow)', overflow: 'hidden' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal' },
  '.cm-completionInfo': { padding: '8px', fontFamily: 'var(--font)', maxWidth: '280px' },
  '.cm-diagnostic': { fontFamily: 'var(--font)', padding: '6px 10px' },
  '.cm-panels': { backgroundColor: 'var(--sunk)', color: 'var(--text)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-soft) !important' },
})

export interface Wishes { host: HTMLElement; text: string; label: string; readonly: boolean; onchange: (text: string) => void; offers: (document: string, at: number) => Offer[] }

export class Editor {
  private view: EditorView
  private closed = new Compartment()

  constructor({ host, text, label, readonly, onchange, offers }: Wishes) {
    const complete = (context: CompletionContext): CompletionResult | null => {
      const word = context.matchBefore(/[\w@.*/-]*/)
      if (!context.explicit && (!word || word.from === word.to)) return null
      const options = offers(context.state.doc.toString(), context.pos)
      return options.length ? { from: word?.from ?? context.pos, options, validFor: /^[\w@.*/-]*$/ } : null
    }
    this.view = new EditorView({
      parent: host,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(), lintGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(), highlightSelectionMatches(),
          yaml(), syntaxHighlighting(COLOURS), LOOK, EditorView.lineWrapping, EditorState.tabSize.of(2),
          autocompletion({ override: [complete], activateOnTyping: true }),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
          this.closed.of(lock(readonly)), EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((one) => one.annotation(FROM_FORM))) onchange(update.state.doc.toString())
          }),
        ],
      }),
    })
  }

  /** The form changed the text: only what differs is replaced, so cursor and undo stay. */
  show(text: string): void {
    const now = this.view.state.doc.toString()
    if (now === text) return
    let from = 0
    while (from < now.length && from < text.length && now[from] === text[from]) from += 1
    let [a, b] = [now.length, text.length]
    while (a > from && b > from && now[a - 1] === text[b - 1]) [a, b] = [a - 1, b - 1]
    this.view.dispatch({ changes: { from, to: a, insert: text.slice(from, b) }, annotations: FROM_FORM.of(true) })
  }

  mark(findings: Finding[], say: (finding: Finding) => string): void {
    const { doc } = this.view.state
    const marks = findings.filter((one) => one.where?.line).map((one): Diagnostic => ({ ...spot(doc, one), severity: one.severity, message: say(one) }))
    this.view.dispatch(setDiagnostics(this.view.state, marks.sort((x, y) => x.from - y.from)))
  }

  lock(readonly: boolean): void {
    this.view.dispatch({ effects: this.closed.reconfigure(lock(readonly)) })
  }

  go(line: number, column: number): void {
    const { doc } = this.view.state
    const at = doc.line(Math.min(Math.max(line, 1), doc.lines))
    const anchor = Math.min(at.from + Math.max(column - 1, 0), at.to)
    this.view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) })
    this.view.focus()
  }

  close(): void {
    this.view.destroy()
  }
}

const lock = (readonly: boolean) => [EditorState.readOnly.of(readonly), EditorView.editable.of(true)]

function spot(doc: Text, finding: Finding): { from: number; to: number } {
  const line = doc.line(Math.min(Number(finding.where?.line), doc.lines))
  const from = Math.min(line.from + Math.max(Number(finding.where?.column ?? 1) - 1, 0), line.to)
  const rest = /^("[^"]*"|[^\s,{}[\]:]+)/.exec(line.text.slice(from - line.from))
  return { from, to: Math.max(from, Math.min(from + (rest?.[0].length ?? 1), line.to)) }
}
