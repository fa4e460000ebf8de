/* SPDX-License-Identifier: GPL-3.0-or-later
 * Put into an exported page by tests/test_player.sh: presses keys as a user does, and writes what it finds into the page. */
(function () {
'use strict';
const out = [];
const key = (k) => document.dispatchEvent(new KeyboardEvent('keydown', { key: k, bubbles: true }));
const text = (id) => document.getElementById(id).textContent;
const lab = document.getElementById('engines').children.length > 0;
const say = (what, found) => out.push(what + ': ' + found);

key('Home');
say('at the beginning', text('what'));
key('ArrowRight');
say('one event on', text('where').replace(/^[^·]*· /, ''));
key('ArrowLeft');
say('and back', text('where').replace(/^[^·]*· /, ''));
key(']');
say('to the end of the call', text('where').replace(/^[^·]*· /, ''));
key('End');
const end = text('where');
const scrub = document.getElementById('scrub');
say('the bar is at its end', scrub.value === scrub.max);
const bodies = () => ['cache-body', 'pages-body', 'frames', 'changes'].map((id) => document.getElementById(id).innerHTML).join('|');
const last = bodies();
scrub.value = Math.floor(scrub.max / 2);
scrub.dispatchEvent(new Event('input'));
say('scrubbed to the middle', bodies() !== last);
key('End');
say('the end is the same again', bodies() === last && text('where') === end);
for (let i = 0; i < 40; i++) key('ArrowLeft');
for (let i = 0; i < 40; i++) key('ArrowRight');
say('40 back and 40 on', bodies() === last);
say('what the bar says', scrub.getAttribute('aria-valuetext').startsWith('call '));
say('a line is selected', document.querySelectorAll('#list [aria-selected=true]').length);
say('few lines are in the page', document.querySelectorAll('#list .row').length < 100);
key('[');
document.getElementById('on').click();
say('the button steps too', text('where') !== end);
key('d');
say('dark', document.documentElement.classList.contains('dark'));
key('?');
say('help', document.getElementById('help').open);
document.getElementById('help-close').click();
if (lab) {
  key('e');
  say('the next allocator', text('where').split(' ')[0]);
  key('s');
  say('side by side', document.querySelectorAll('#lab .pane').length);
  key('s');
}
say('strangers', document.querySelectorAll('#stranger').length);
const unnamed = [...document.querySelectorAll('button, select, input')].filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label')));
say('nameless controls', unnamed.length);
say('errors', (window.errorsSeen || []).join(' '));
document.body.append(Object.assign(document.createElement('pre'), { id: 'found', textContent: '\n' + out.join('\n') + '\n' }));
}());
