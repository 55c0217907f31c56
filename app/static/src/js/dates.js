// [data-quick-dates]: chips in front of a date field. The field stays the one thing that is sent.
function chip (name, index, label, checked) {
  const item = document.createElement('div')
  item.className = 'jalon-pills__item'
  const input = document.createElement('input')
  Object.assign(input, { type: 'radio', name, id: `${name}-${index}`, className: 'jalon-pills__input', checked })
  // Owned by no form: the choice itself is never sent.
  input.setAttribute('form', `${name}-none`)
  const text = document.createElement('label')
  Object.assign(text, { htmlFor: input.id, className: 'jalon-pills__label', textContent: label })
  item.append(input, text)
  return item
}

function offer (holder) {
  const field = holder.querySelector('input[type=date]')
  const choices = JSON.parse(holder.dataset.quickDates)
  const other = choices.length
  // A browser empties a date that it cannot read: what was refused is not « none ».
  const refused = field.getAttribute('aria-invalid') === 'true'
  const known = refused ? -1 : choices.findIndex(choice => choice.value === field.value)
  const showField = refused || (known < 0 && field.value !== '')
  const group = document.createElement('div')
  group.className = 'jalon-pills jalon-quick-dates'
  group.setAttribute('role', 'radiogroup')
  group.setAttribute('aria-labelledby', holder.dataset.labelledby)
  const name = `${field.id}-quick`
  choices.forEach(({ label }, index) => group.append(chip(name, index, label, index === known)))
  group.append(chip(name, other, 'Autre date', showField))
  group.addEventListener('change', event => {
    const index = Number(event.target.id.slice(name.length + 1))
    field.hidden = index !== other
    if (index === other) return field.focus()
    field.value = choices[index].value
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })
  field.hidden = !showField
  field.before(group)
}

export function offerQuickDates (scope) {
  for (const holder of scope.querySelectorAll('[data-quick-dates]')) {
    if (!holder.querySelector('.jalon-quick-dates')) offer(holder)
  }
}
