// form[data-unsaved]: asks the browser to warn before typed text is lost.
const dirty = new Set()
let listening = false

function listen () {
  if (listening) return
  listening = true
  window.addEventListener('beforeunload', event => {
    const waiting = [...dirty].some(form => form.isConnected && !form.dataset.sent)
    if (waiting) event.preventDefault()
  })
}

export function warnAboutUnsavedText (scope) {
  for (const form of scope.querySelectorAll('form[data-unsaved]')) {
    if (form.dataset.unsaved === 'watched') continue
    // A form that came back with errors holds text that was never kept.
    if (form.querySelector('.govuk-form-group--error')) dirty.add(form)
    form.dataset.unsaved = 'watched'
    form.addEventListener('input', () => dirty.add(form))
    listen()
  }
}
