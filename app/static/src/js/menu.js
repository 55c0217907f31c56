// The navigation folds behind « Menu » on a narrow screen; without this file it stays open.
export function foldMenu () {
  const toggle = document.querySelector('[data-menu-toggle]')
  if (!toggle) return
  const menu = document.getElementById(toggle.getAttribute('aria-controls'))
  const open = wanted => {
    toggle.setAttribute('aria-expanded', String(wanted))
    menu.hidden = !wanted
  }
  toggle.hidden = false
  open(false)
  toggle.addEventListener('click', () => open(menu.hidden))
  menu.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || toggle.offsetParent === null) return
    open(false)
    toggle.focus()
  })
}

export function closeAccountPanel () {
  const account = document.querySelector('details.jalon-account')
  if (!account) return
  document.addEventListener('click', event => {
    if (!account.contains(event.target)) account.open = false
  })
  account.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    account.open = false
    account.querySelector('summary').focus()
  })
}
