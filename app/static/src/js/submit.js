// A double click, or a second « Entrée » on a slow network, must not send a form twice.
function release (form) {
  delete form.dataset.sent
  for (const button of form.querySelectorAll('button[aria-disabled="true"]')) button.removeAttribute('aria-disabled')
}

export function submitOnce () {
  document.addEventListener('submit', event => {
    const form = event.target
    if (event.defaultPrevented || form.method !== 'post' || form.hasAttribute('hx-post')) return
    if (form.dataset.sent) return event.preventDefault()
    form.dataset.sent = 'yes'
    // Not « disabled »: a disabled button would drop its own name and value from what is sent.
    event.submitter?.setAttribute('aria-disabled', 'true')
  })
  // Coming back with the browser's arrow shows the page as it was left.
  window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(release))
}
