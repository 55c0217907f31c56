// Repeatable rows: [data-rows] holds [data-row] elements, a <template> and a button that adds one.
// Without this file the same button is a plain submit and the server adds the row.
function renumber (list) {
  list.querySelectorAll('[data-row]').forEach((row, position) => {
    const number = row.querySelector('[data-row-number]')
    if (number) number.textContent = position + 1
  })
}

function nextIndex (list) {
  const taken = [...list.querySelectorAll('[data-row]')].map(row => Number(row.dataset.row))
  return Math.max(-1, ...taken) + 1
}

function add (list, enhance) {
  const holder = document.createElement('template')
  holder.innerHTML = list.querySelector('template').innerHTML.replaceAll('__index__', nextIndex(list))
  const row = holder.content.firstElementChild
  list.querySelector('[data-rows-list]').append(row)
  renumber(list)
  enhance(row)
  row.querySelector('input:not([type=hidden]), select, textarea')?.focus()
}

function remove (list, row) {
  row.dispatchEvent(new Event('input', { bubbles: true }))
  row.remove()
  renumber(list)
  list.querySelector('[data-add-row]').focus()
}

export function letRowsGrow (scope, enhance) {
  for (const list of scope.querySelectorAll('[data-rows]')) {
    if (list.dataset.rows === 'ready' || !list.querySelector('template')) continue
    list.dataset.rows = 'ready'
    list.addEventListener('click', event => {
      const button = event.target.closest('button')
      if (!button || button.closest('[data-rows]') !== list) return
      if (button.matches('[data-add-row]')) {
        event.preventDefault()
        add(list, enhance)
      } else if (button.matches('[data-remove-row]')) {
        event.preventDefault()
        remove(list, button.closest('[data-row]'))
      }
    })
  }
}
