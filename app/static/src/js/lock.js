// template[data-lock-minutes]: covers the page of who has gone away, and unlocks it in place, so that nothing typed is
// lost. The server locks the session by itself: this tells it that somebody is writing, and hides what was on show.
const ACTIVITY = 'jalon-activity'
const UNLOCKED = 'jalon-unlocked'
const MINUTE = 60_000
const KINDS = ['keydown', 'input', 'pointerdown', 'wheel', 'touchmove']

// Shared by the tabs of one browser.
function remember (name) {
  try { localStorage.setItem(name, String(Date.now())) } catch { /* a browser that keeps nothing locks each tab alone */ }
}

function recall (name) {
  try { return Number(localStorage.getItem(name)) } catch { return 0 }
}

function tellServer () {
  fetch('/presence', { redirect: 'manual' }).catch(() => {})
}

async function unlock (dialog, form) {
  const message = dialog.querySelector('[data-lock-error]')
  let answer = { status: 0 }
  try {
    answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' })
  } catch { /* no network: said below */ }
  if (answer.type === 'opaqueredirect') {
    remember(UNLOCKED)
    return dialog.close()
  }
  message.textContent = {
    0: 'Le réseau ne répond pas. Réessayez dans un instant.',
    401: 'Votre session est terminée. Copiez ce que vous avez écrit depuis un autre onglet après vous être connecté.',
    422: 'La page reste verrouillée : vérifiez ce que vous avez tapé, ou attendez un peu.'
  }[answer.status] ?? 'La page n’a pas pu être déverrouillée. Réessayez dans un instant.'
  message.hidden = false
  form.querySelector('input[type=password]')?.select()
}

function cover (holder) {
  const dialog = holder.content.firstElementChild.cloneNode(true)
  const form = dialog.querySelector('form')
  dialog.addEventListener('cancel', event => event.preventDefault())
  dialog.addEventListener('close', () => {
    remember(ACTIVITY)
    dialog.remove()
  })
  form.addEventListener('submit', event => {
    event.preventDefault()
    unlock(dialog, form)
  })
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}

export function lockWhenLeft () {
  const holder = document.querySelector('template[data-lock-minutes]')
  if (!holder) return
  const patience = Number(holder.dataset.lockMinutes) * MINUTE
  let lastHere = Date.now()
  let lastTold = lastHere
  let lockedAt = 0
  let dialog = null
  remember(ACTIVITY)

  const note = () => {
    if (dialog?.open) return
    const now = Date.now()
    if (now - lastHere < 1000) return
    check()
    if (dialog?.open) return
    lastHere = now
    remember(ACTIVITY)
    if (now - lastTold < MINUTE) return
    lastTold = now
    tellServer()
  }
  const check = () => {
    if (dialog?.open) {
      if (recall(UNLOCKED) > lockedAt) dialog.close()
    } else if (Date.now() - Math.max(lastHere, recall(ACTIVITY)) > patience) {
      lockedAt = Date.now()
      dialog = cover(holder)
      dialog.addEventListener('close', () => { lastHere = lastTold = Date.now() })
    }
  }
  for (const kind of KINDS) document.addEventListener(kind, note, { capture: true, passive: true })
  document.addEventListener('visibilitychange', check)
  window.addEventListener('storage', check)
  setInterval(check, 5000)
}
