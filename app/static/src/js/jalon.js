// Enhancements only: every page works without this file.
import { CharacterCount, Checkboxes, ErrorSummary, PasswordInput, Radios, createAll } from './govuk-frontend.js'
import { sendBeforeSigningOut, keepAnswers } from './answers.js'
import { askBeforeSubmitting } from './confirm.js'
import { offerQuickDates } from './dates.js'
import { lockWhenLeft } from './lock.js'
import { foldMenu, closeAccountPanel } from './menu.js'
import { takeLinkSecret } from './links.js'
import { letRowsGrow } from './rows.js'
import { submitOnce } from './submit.js'
import { warnAboutUnsavedText } from './unsaved.js'

const count_words = {
  charactersUnderLimit: { one: 'Il vous reste %{count} caractère', other: 'Il vous reste %{count} caractères' },
  charactersAtLimit: 'Vous avez atteint la longueur permise',
  charactersOverLimit: { one: 'Il y a %{count} caractère de trop', other: 'Il y a %{count} caractères de trop' }
}
const password_words = {
  showPassword: 'Afficher',
  hidePassword: 'Masquer',
  showPasswordAriaLabel: 'Afficher le mot de passe',
  hidePasswordAriaLabel: 'Masquer le mot de passe',
  passwordShownAnnouncement: 'Votre mot de passe est visible',
  passwordHiddenAnnouncement: 'Votre mot de passe est masqué'
}

// After a fragment is swapped, what was already there is met again: only that is not worth a message.
function complain (error) {
  if (error.name !== 'InitError') console.warn(error)
}

function enhance (scope) {
  const options = { scope, onError: complain }
  createAll(CharacterCount, { i18n: count_words }, options)
  createAll(PasswordInput, { i18n: password_words }, options)
  createAll(Checkboxes, undefined, options)
  createAll(Radios, undefined, options)
  offerQuickDates(scope)
  letRowsGrow(scope, enhance)
  warnAboutUnsavedText(scope)
}

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
createAll(ErrorSummary)
foldMenu()
closeAccountPanel()
sendBeforeSigningOut()
askBeforeSubmitting()
submitOnce()
lockWhenLeft()
takeLinkSecret()
enhance(document)
keepAnswers()
document.addEventListener('htmx:after:swap', () => enhance(document))
