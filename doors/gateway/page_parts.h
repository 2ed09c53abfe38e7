// The fixed parts of the gateway's pages: style, icons, and the script that sorts a listing.
// Change pages_version() with them.
#pragma once

#include <string_view>

namespace kit::gateway {

inline constexpr std::string_view page_style = R"css(
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6b7b;--line:#dde4ea;--back:#f6f8fa;
--card:#fff;--link:#0b63b5;--mark:#eef4fa;--folder:#3b8fd6;--file:#8fa0b0}
@media(prefers-color-scheme:dark){:root{--ink:#e3e9ef;--soft:#93a2b1;--line:#2b3640;--back:#10161c;
--card:#182028;--link:#6cb4f5;--mark:#1f2a35;--folder:#58a6e6;--file:#6f8192}}
*{box-sizing:border-box}
body{margin:0;padding:2rem 1rem;background:var(--back);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:64rem;margin:auto;background:var(--card);border:1px solid var(--line);
border-radius:12px;overflow:hidden}
header{padding:1.1rem 1.4rem;border-bottom:1px solid var(--line)}
h1{font-size:1.1rem;margin:0;overflow-wrap:anywhere}
.facts{display:flex;gap:1rem;justify-content:space-between;margin:.3rem 0 0;color:var(--soft);
font-size:.88rem}
.ipfs-hash,.cid,code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.facts .ipfs-hash{overflow-wrap:anywhere}.facts strong{white-space:nowrap}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
table{width:100%;border-collapse:collapse}
td,th{padding:.45rem .7rem;text-align:left;border-bottom:1px solid var(--line)}
tbody tr:last-child td{border-bottom:0}tbody tr:hover{background:var(--mark)}
td:first-child,th:first-child{width:2.6rem;padding-left:1.4rem}
td:nth-child(2){overflow-wrap:anywhere}
td:nth-child(3){width:8rem;font-size:.88rem}td:nth-child(3) a{color:var(--soft)}
td:last-child,th:last-child{width:7rem;text-align:right;padding-right:1.4rem;white-space:nowrap;
font-variant-numeric:tabular-nums}
th{font-size:.8rem;color:var(--soft);font-weight:600}
th button{all:unset;cursor:pointer}th button:focus-visible{outline:2px solid var(--link)}
th[aria-sort=ascending] button::after{content:" \25b2"}
th[aria-sort=descending] button::after{content:" \25bc"}
svg{width:1.15rem;height:1.15rem;vertical-align:-.2rem;fill:var(--file)}
svg.symbols{display:none}
.text{padding:1rem 1.4rem}pre{padding:.8rem 1rem;background:var(--mark);border-radius:8px;
white-space:pre-wrap;overflow-wrap:anywhere}
.value{overflow-wrap:anywhere;font-size:.93rem}dl,ol{margin:.2rem 0;padding-left:1.2rem}
dl{padding-left:0}dl>div{display:flex;gap:.8rem;border-top:1px solid var(--line);padding:.25rem 0}
dt{min-width:8rem;font-weight:600}dd{margin:0;flex:1}
@media(max-width:40rem){body{padding:0}main{border:0;border-radius:0}
td:nth-child(3),th:nth-child(3){display:none}dl>div{display:block}}
)css";

inline constexpr std::string_view page_icon =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath "
    "fill='%233b8fd6' d='M8 1l6 3.5v7L8 15l-6-3.5v-7z'/%3E%3C/svg%3E";

inline constexpr std::string_view page_symbols = R"html(<svg class="symbols">
<symbol id="d" viewBox="0 0 16 16"><path fill="var(--folder)"
d="M1 3.5A1.5 1.5 0 0 1 2.5 2h3.6l1.6 1.7h5.8A1.5 1.5 0 0 1 15 5.2v7.3a1.5
1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 1 12.5z"/></symbol>
<symbol id="f" viewBox="0 0 16 16"><path
d="M3 2.5A1.5 1.5 0 0 1 4.500 1H9l4 4v8.500a1.500 1.500 0 0 1-1.500
1.500h-7A1.500 1.500 0 0 1 3 13.500zM8.500 2.200V5.500h3.300z"/></symbol>
<symbol id="u" viewBox="0 0 16 16"><path
d="M8 2 3 7.200l1.100 1L7.200 5v9h1.600V5l3.100 3.200 1.100-1z"/></symbol>
</svg>
)html";

inline constexpr std::string_view listing_end = R"html(</tbody>
</table>
</main>
<script>
(() => {
  const table = document.getElementById('list'), body = table.tBodies[0];
  const names = new Intl.Collator(undefined, {numeric: true});
  const keys = {1: (row) => row.cells[1].textContent, 3: (row) => +row.cells[3].dataset.size};
  table.tHead.addEventListener('click', (event) => {
    const head = event.target.closest('th[aria-sort]');
    if (!head) return;
    const up = head.getAttribute('aria-sort') !== 'ascending', key = keys[head.cellIndex];
    for (const other of table.tHead.querySelectorAll('th[aria-sort]')) {
      other.setAttribute('aria-sort', 'none');
    }
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const compare = head.cellIndex === 1 ? names.compare : (a, b) => a - b;
    const rows = [...body.rows].filter((row) => row.className !== 'up');
    rows.sort((a, b) => (up ? 1 : -1) * compare(key(a), key(b)));
    body.append(...rows);
  });
})();
</script>
</body>
</html>
)html";

}  // namespace kit::gateway
