// The secret of a link travels after the « # », which browsers keep to themselves: no log and no Referer holds it.
const SECRET = /^#[A-Za-z2-7-]{28,40}$/

export function takeLinkSecret () {
  const box = document.querySelector('[data-link-secret]')
  const field = box?.querySelector('input')
  if (!field) return
  if (!field.value && SECRET.test(location.hash)) field.value = location.hash.slice(1)
  box.hidden = field.value !== '' && !field.classList.contains('govuk-input--error')
}
