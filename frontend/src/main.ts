import { mount } from 'svelte'
import App from './App.svelte'
import { language, pickLang } from './i18n/index.svelte'
import { route } from './route.svelte'
import { keptLang, ui } from './ui.svelte'
import './styles/tokens.css'
import './styles/base.css'

await language.set(pickLang(location.search, keptLang(), navigator.languages))
ui.showTheme(ui.theme)
route.start()
mount(App, { target: document.getElementById('app')! })
