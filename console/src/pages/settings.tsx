/** Settings: sessions, password, second factor, keys, looks, alerts. */
import { words } from "../model/words";
import { Card, Choices } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Alerts } from "./settings_alerts";
import { KeySettingsCard } from "./settings_keys";
import { Factor, Password, Sessions } from "./settings_login";
import { useConsole } from "./use_console";

const LANGUAGES = ["", "en-GB", "en-US", "de", "fr", "es", "it", "pt-BR", "pl", "nl", "sv", "tr", "ru", "uk", "ar", "fa", "he", "hi", "ja", "ko", "zh-CN"];

function nameOf(language: string): string {
  if (!language) return words.settings.browserLanguage;
  return new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
}

export function SettingsPage() {
  const { ask } = useConsole();
  const me = useQuery(ask.me());
  return (
    <>
      <div class="head"><h1>{words.settings.title}</h1></div>
      <div class="stack">
        <div class="grid even top">
          <div class="stack"><Look /><Sessions /></div>
          <div class="stack">
            {me.data && <Password me={me.data} />}
            {me.data && <Factor me={me.data} refetch={() => void me.refetch()} />}
          </div>
        </div>
        <KeySettingsCard />
        <Alerts />
      </div>
    </>
  );
}

function Look() {
  const { preferences, prefer, operator, logout } = useConsole();
  const { themes, densities } = words.settings;
  return (
    <Card title={words.settings.look} note={operator}>
      <div class="stack">
        <div class="field"><span>{words.settings.theme}</span><Choices label={words.settings.theme} value={preferences.theme} options={(["system", "light", "dark"] as const).map((id) => [id, themes[id]] as const)} onChange={(theme) => prefer({ theme })} /></div>
        <div class="field"><span>{words.settings.density}</span><Choices label={words.settings.density} value={preferences.density} options={(["comfortable", "dense"] as const).map((id) => [id, densities[id]] as const)} onChange={(density) => prefer({ density })} /></div>
        <label class="field"><span>{words.settings.language}</span>
          <select value={preferences.language} onChange={(event) => prefer({ language: event.currentTarget.value })}>
            {LANGUAGES.map((language) => <option key={language} value={language}>{nameOf(language)}</option>)}
          </select>
        </label>
        <label class="switch">
          <input type="checkbox" role="switch" checked={preferences.agreement.on} onChange={(event) => prefer({ agreement: { ...preferences.agreement, on: event.currentTarget.checked } })} />
          <span>{words.again.use}<br /><span class="note">{words.again.useHelp}</span></span>
        </label>
        <p><button type="button" onClick={() => void logout()}>{words.settings.logout}</button></p>
      </div>
    </Card>
  );
}
