import { mount } from 'svelte'
import App from './App.svelte'
import { failures } from './failures.svelte'
import Failures from './parts/Failures.svelte'
import { language, pickLang } from './i18n/index.svelte'
import { route } from './route.svelte'
import { keptLang, ui } from './ui.svelte'
import './styles/tokens.css'
import './styles/base.css'

await language.set(pickLang(location.search, keptLang(), navigator.languages))
ui.showTheme(ui.theme)
route.start()
// By itself, so that it is still there where the rest of the page broke.
failures.listen()
mount(Failures, { target: document.body })
mount(App, { target: document.getElementById('app')! })
