// [data-answers]: each answer is sent as it is given. Without a network it waits in this browser, and leaves when the
// network is back, with how long ago it was given: the server keeps the one given last, on whatever device.
const PAUSE = 900
const RETRY = 15_000
const WAY_OUT = 'form[action$="/deconnexion"]'
const SHEET = 'jalon-feuille-'
const PATIENCE = 3000
const sheets = []
const words = {
  sending: 'Enregistrement…',
  saved: 'Vos réponses sont enregistrées.',
  waiting: count => `Pas de connexion. ${count === 1 ? 'Une réponse est gardée' : `${count} réponses sont gardées`} dans ce navigateur, et ${count === 1 ? 'partira' : 'partiront'} dès qu’elle revient. Vous pouvez continuer sur cette page.`,
  cut: 'Pas de connexion.',
  stay: 'Attendez que la connexion revienne pour changer de page : rien n’est perdu.',
  signIn: 'Votre session est terminée. Reconnectez-vous dans un autre onglet, puis revenez ici : vos réponses vous attendent.',
  leaving: count => `${count === 1 ? 'Une réponse n’est pas encore enregistrée' : `${count} réponses ne sont pas encore enregistrées`}. En vous déconnectant, vous ${count === 1 ? 'l’effacez' : 'les effacez'} de ce navigateur. Pour ${count === 1 ? 'la' : 'les'} garder, annulez, puis rouvrez le questionnaire quand la connexion est revenue.`,
  refused: 'Cette réponse n’a pas pu être enregistrée : rechargez la page, elle vous y attend.'
}

function read (key) {
  try { return JSON.parse(localStorage.getItem(key)) ?? [] } catch { return [] }
}

function write (key, waiting) {
  try {
    if (waiting.length) localStorage.setItem(key, JSON.stringify(waiting))
    else localStorage.removeItem(key)
  } catch { /* a browser that keeps nothing: the button of the form still sends it all */ }
}

function fields (form, code) {
  const named = kind => form.elements[`${kind}_${code}`]
  return { reply: named('reply'), evidence: named('evidence'), comment: named('comment'), seen: named('seen') }
}

function show (form, code, [reply, evidence, comment]) {
  const found = fields(form, code)
  if (!found.seen) return
  for (const radio of found.reply) radio.checked = radio.value === reply
  found.evidence.value = evidence
  found.comment.value = comment
}

function given (form, code) {
  const found = fields(form, code)
  return {
    submission: crypto.randomUUID?.() ?? '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, c => (c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> c / 4).toString(16)),
    statement: code,
    reply: found.reply.value,
    evidence: found.evidence.value,
    comment: found.comment.value,
    seen: found.seen.value,
    at: Date.now()
  }
}

export function keepAnswers () {
  for (const box of document.querySelectorAll('[data-answers]')) watch(box)
}

function watch (box) {
  const form = box.querySelector('form')
  const state = box.querySelector('[data-answers-state]')
  const key = box.dataset.answersKey
  const timers = new Map()
  let running = null
  let memory = read(key)

  const say = text => { if (state.textContent !== text) state.textContent = text }
  const keep = waiting => { memory = waiting; write(key, waiting) }
  const tell = (code, text) => {
    const line = box.querySelector(`[data-statement="${CSS.escape(code)}"] [data-answer-said]`)
    if (!line) return
    line.textContent = text
    line.hidden = !text
  }

  function note (code) {
    clearTimeout(timers.get(code))
    timers.delete(code)
    const answer = given(form, code)
    keep([...memory.filter(one => one.statement !== code), answer])
    return send()
  }

  async function post (answer) {
    const { at, ...values } = answer
    const body = new URLSearchParams({ ...values, ago: Math.max(0, Date.now() - at), csrf_token: form.elements.csrf_token.value })
    return fetch(box.dataset.answers, { method: 'POST', body, redirect: 'manual' })
  }

  async function sendOne (answer) {
    let response
    try { response = await post(answer) } catch { return words.waiting(memory.length) }
    if (response.status === 401 || response.type === 'opaqueredirect') return words.signIn
    if (response.status >= 500 || response.status === 429) return words.waiting(memory.length)
    if (!response.headers.get('Content-Type')?.includes('json')) return words.refused
    if (response.status === 409) {
      tell(answer.statement, (await response.json()).message)
      keep(memory.filter(one => one.submission !== answer.submission))
      return ''
    }
    if (!response.ok) return words.refused
    accept(answer, await response.json())
    return ''
  }

  function accept (answer, outcome) {
    const newer = memory.find(one => one.statement === answer.statement && one.submission !== answer.submission)
    keep(memory.filter(one => one.submission !== answer.submission).map(one =>
      one === newer && outcome.kept ? { ...one, seen: outcome.id } : one))
    const seen = fields(form, answer.statement).seen
    if (seen && (outcome.kept || !newer)) seen.value = outcome.id
    if (!newer && !outcome.kept) show(form, answer.statement, outcome.said)
    if (outcome.message) tell(answer.statement, outcome.message)
    const bar = box.parentElement.querySelector('progress')
    if (bar) {
      bar.value = outcome.count
      const label = bar.labels[0]
      label.textContent = label.textContent.replace(/\d+ sur/, `${outcome.count} sur`)
    }
  }

  // One at a time, in the order in which they were given; returns whether nothing waits any more.
  function send () {
    running ??= (async () => {
      let trouble = ''
      while (memory.length && !trouble) {
        say(words.sending)
        trouble = await sendOne(memory[0])
      }
      say(trouble || words.saved)
      return !trouble
    })().finally(() => { running = null })
    return running
  }

  function settle () {
    for (const code of [...timers.keys()]) note(code)
    return memory.length ? send() : Promise.resolve()
  }

  if (box.hasAttribute('data-answers-closed')) return
  sheets.push({ key, settle, count: () => memory.length })
  for (const answer of memory) show(form, answer.statement, [answer.reply, answer.evidence, answer.comment])
  if (memory.length) send()
  const codeOf = target => target.closest('[data-statement]')?.dataset.statement
  form.addEventListener('change', event => { const code = codeOf(event.target); if (code) note(code) })
  form.addEventListener('input', event => {
    const code = codeOf(event.target)
    if (!code || event.target.type === 'radio') return
    clearTimeout(timers.get(code))
    timers.set(code, setTimeout(() => note(code), PAUSE))
  })
  form.addEventListener('submit', event => {
    const { submitter } = event
    event.preventDefault()
    for (const code of timers.keys()) note(code)
    send().then(sent => sent && isReached()).then(isOpen => {
      if (isOpen) go(form, submitter)
      else say(`${memory.length ? state.textContent : words.cut} ${words.stay}`)
    })
  })
  window.addEventListener('online', send)
  document.addEventListener('visibilitychange', () => { if (!document.hidden && memory.length) send() })
  setInterval(() => { if (memory.length) send() }, RETRY)
}

// Signing out: what waits is first sent; when it cannot be, one is asked before the server has it all erased
// (Clear-Site-Data). To be called before the questions of confirm.js, one of which this is.
export function sendBeforeSigningOut () {
  document.addEventListener('submit', event => {
    const form = event.target
    if (!form.matches(WAY_OUT) || form.dataset.settled || form.dataset.confirmed) return
    event.preventDefault()
    event.stopImmediatePropagation()
    // After a turn of the loop: a form that is still telling its listeners of one submission takes no other.
    Promise.race([Promise.all(sheets.map(one => one.settle())), pause(PATIENCE)]).then(() => pause(0)).then(() => {
      const count = unsent()
      if (count) form.dataset.confirm = words.leaving(count)
      else delete form.dataset.confirm
      form.dataset.settled = 'yes'
      form.requestSubmit(event.submitter)
      delete form.dataset.settled
    })
  }, { capture: true })
}

// How many answers wait: those of this page, which a browser may not keep, and those that others left behind.
function unsent () {
  const waiting = new Map(sheets.map(one => [one.key, one.count()]))
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(SHEET) && !waiting.has(key)) waiting.set(key, read(key).length)
  } catch { /* a browser that keeps nothing has nothing waiting */ }
  return [...waiting.values()].reduce((total, count) => total + count, 0)
}

const pause = time => new Promise(resolve => setTimeout(resolve, time))

// An ordinary page change through a cut connection would lose the page.
async function isReached () {
  try { return (await fetch('/presence', { redirect: 'manual' })).status !== 503 } catch { return false }
}

// The page itself changes by an ordinary form, so that it works without this file.
function go (form, submitter) {
  if (submitter?.name) {
    const pressed = document.createElement('input')
    Object.assign(pressed, { type: 'hidden', name: submitter.name, value: submitter.value })
    form.append(pressed)
  }
  form.submit()
}
