// data-confirm="question" on a form or on its button: asks before sending.
function button (text, kind, answer) {
  const element = document.createElement('button')
  element.value = answer
  element.className = `govuk-button ${kind}`
  element.textContent = text
  return element
}

function ask (question, label, onYes) {
  const dialog = document.createElement('dialog')
  dialog.className = 'jalon-dialog'
  dialog.setAttribute('aria-labelledby', 'jalon-dialog-question')
  const text = document.createElement('p')
  text.id = 'jalon-dialog-question'
  text.className = 'govuk-body'
  text.textContent = question
  const form = document.createElement('form')
  form.method = 'dialog'
  form.className = 'govuk-button-group'
  form.append(button(label, '', 'yes'), button('Annuler', 'govuk-button--secondary', 'no'))
  dialog.append(text, form)
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (dialog.returnValue === 'yes') onYes()
  })
  document.body.append(dialog)
  dialog.showModal()
}

export function askBeforeSubmitting () {
  // Capture: the question comes before any other listener takes the form as sent.
  document.addEventListener('submit', event => {
    const form = event.target
    const { submitter } = event
    const question = submitter?.dataset.confirm ?? form.dataset.confirm
    if (!question || form.dataset.confirmed) return
    event.preventDefault()
    ask(question, submitter?.textContent.trim() || 'Confirmer', () => {
      form.dataset.confirmed = 'yes'
      form.requestSubmit(submitter)
      delete form.dataset.confirmed
    })
  }, { capture: true })
}
