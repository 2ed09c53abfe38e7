// The filter over the operations, the link that opens one, and this node's address in the examples.
// The page reads without it.
const filter = document.getElementById('filter');
const operations = [...document.querySelectorAll('.operation')].map((element) => ({
  element,
  words: element.querySelector('summary').textContent.replaceAll('/', ' ').toLowerCase(),
}));

function show() {
  const wanted = filter.value.toLowerCase().replaceAll('/', ' ').split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { element, words } of operations) {
    element.hidden = !wanted.every((word) => words.includes(word));
    if (!element.hidden) shown += 1;
  }
  for (const section of document.querySelectorAll('section')) {
    section.hidden = !section.querySelector('.operation:not([hidden])');
  }
  document.getElementById('none').hidden = shown > 0;
}

function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!named?.classList.contains('operation')) return;
  named.open = true;
  named.scrollIntoView();
}

for (const example of document.querySelectorAll('.operation pre')) {
  example.textContent = example.textContent.replace('http://127.0.0.1:5001', location.origin);
}
filter.hidden = false;
filter.addEventListener('input', show);
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== filter) {
    event.preventDefault();
    filter.focus();
  }
});
window.addEventListener('hashchange', openNamed);
show();
openNamed();
