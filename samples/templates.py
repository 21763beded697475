"""The page templates: seven layouts as unlike each other as sites on the web are.

Each takes a page and the charset its meta element claims ('' for none) and gives the HTML.
"""

import json

from samples import styles
from samples.markup import Style, anchor, attribute, escape, render_blocks

_LOCALES = {"en": "en-GB", "de": "de-DE", "zh": "zh-CN", "fr": "fr-FR"}
_OWN_NAMES = {"en": "English", "de": "Deutsch", "zh": "中文"}
_NAV = ("nav1", "nav2", "nav3", "nav4")


def _items(links):
    return "\n".join(f"<li>{anchor(link.text, link.url)}</li>" for link in links)


def _nav_items(page):
    items = [f'<li><a href="{attribute(page.index_url)}">{page.say("home")}</a></li>']
    items += [f'<li><a href="#{key}">{page.say(key)}</a></li>' for key in _NAV]
    return "\n".join(items)


def _switch(page, glue=" | "):
    """Links to the page in its other languages."""
    others = (lang for lang in page.languages if lang != page.lang)
    return glue.join(anchor(_OWN_NAMES[lang], page.languages[lang]) for lang in others)


def _alternates(page, end=">"):
    return "\n".join(
        f'<link rel="alternate" hreflang="{lang}" href="{attribute(url)}"{end}'
        for lang, url in page.languages.items()
    )


def _meta(charset):
    return f'<meta charset="{charset}">\n' if charset else ""


def title_of(page):
    """What a page calls itself in its head."""
    return f"{page.title} – {page.say.unseen('name')}"


def _title(page):
    return escape(title_of(page))


def news(page, charset):
    """HTML5 with elements that say what they are."""
    say = page.say
    aside = ""
    if page.others:
        aside = f"<h2>{say('others')}</h2>\n<ul>\n{_items(page.others)}\n</ul>"
        aside += f'\n<p><a class="more" href="{page.index_url}">{say("more")}</a></p>'
    return f"""<!DOCTYPE html>
<html lang="{_LOCALES[page.html_lang]}">
<head>
{_meta(charset)}<title>{_title(page)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/style.css">
{_alternates(page)}
</head>
<body>
<a class="skip" href="#main">{say("skip")}</a>
<header>
<p class="brand"><a href="{page.index_url}">{say("name")}</a></p>
<p class="tagline">{say("tagline")}</p>
<nav aria-label="main">
<ul>
{_nav_items(page)}
</ul>
</nav>
<p class="languages">{_switch(page)}</p>
</header>
<main id="main">
<article>
{render_blocks(page, styles.NEWS)}
<footer><p><time datetime="{page.date}">{say("published")}</time></p></footer>
</article>
<aside>
{aside}
<p>{say("tip")}</p>
</aside>
</main>
<div class="cookie-bar" role="dialog"><p>{say("cookie")}</p><button>{say("accept")}</button></div>
<footer>
<p>{say("about")}</p>
<p>{say("corrections")}</p>
<p><small>{say("footer")}</small></p>
</footer>
</body>
</html>
"""


def soup(page, charset):
    """Nested divs with class names; the language it claims is always English."""
    say = page.say
    boxes = "\n".join(
        f'<div class="box"><div class="boxtitle">{anchor(link.text, link.url)}</div>'
        f'<div class="boxmore">{anchor(say.unseen("more"), link.url)}</div></div>'
        for link in page.others
    )
    menu = "\n".join(f'<div class="item"><a href="#{k}">{say(k)}</a></div>' for k in _NAV)
    sidebar = f'<div class="boxhead">{say("others")}</div>\n{boxes}' if boxes else ""
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html lang="en">
<head>
{_http_equiv(charset)}<title>{_title(page)}</title>
<style type="text/css">.sidebar {{ float: right; width: 220px }} .c1 {{ color: #666 }}</style>
</head>
<body>
<div id="wrapper"><div id="wrapper2">
<div id="top"><div class="logo">{say("name")}</div><div class="claim">{say("tagline")}</div>
<div class="lang">{_switch(page, " · ")}</div></div>
<div class="menu">
<div class="item"><a href="{page.index_url}">{say("home")}</a></div>
{menu}
</div>
<div class="breadcrumb">{say("here")} <a href="{page.index_url}">{say("home")}</a> &raquo;
<span>{escape(page.title)}</span></div>
<div class="searchbox"><form action="/search.php"><label>{say("search")}</label>
<input type="text" name="q"></form></div>
<div id="columns">
<div class="sidebar">
{sidebar}
<div class="box hotline">{say("hotline")}</div>
</div>
<div id="content" class="col clearfix">
{render_blocks(page, styles.SOUP)}
<div class="meta">{say("published")}</div>
<div class="smallprint">{say("disclaimer")}</div>
</div>
</div>
<div class="bottom"><div class="b1">{say("about")}</div><div class="b2">{say("footer")}</div></div>
<div id="cc" class="overlay"><div class="cctext">{say("cookie")}</div>
<div class="ccbtn"><a href="#">{say("accept")}</a></div></div>
</div></div>
<script type="text/javascript">document.getElementById("cc").onclick = function () {{}};</script>
</body>
</html>
"""


def _http_equiv(charset, end=">"):
    if not charset:
        return ""
    content = f'content="text/html; charset={charset}"'
    return f'<meta http-equiv="Content-Type" {content}{end}\n'


def nineties(page, charset):
    """Tables in tables, font elements, and text parted by line breaks."""
    say = page.say
    menu = "<BR>\n".join(f'<A HREF="#{key}">{say(key)}</A>' for key in _NAV)
    others = ""
    if page.others:
        links = "<BR>\n".join(anchor(f"{link.text}", link.url) for link in page.others)
        others = f"<B>{say('others')}</B><BR><BR>\n{links}<BR><BR>\n"
        others += f"<A HREF=recipe.htm>{say('more')} &gt;&gt;</A><BR>\n"
    meta = _http_equiv(charset).replace("<meta http-equiv", "<META HTTP-EQUIV")
    return f"""<HTML>
<HEAD>
{meta}<TITLE>{_title(page)}</TITLE>
</HEAD>
<BODY BGCOLOR=#FFFFF0 TEXT=#202020 LINK=#A04000>
<CENTER><FONT SIZE=5 FACE="Georgia"><B>{say("name")}</B></FONT><BR>
<FONT SIZE=2><I>{say("tagline")}</I></FONT></CENTER>
<HR NOSHADE SIZE=1>
<TABLE WIDTH=100% BORDER=0 CELLSPACING=8><TR>
<TD WIDTH=160 VALIGN=TOP BGCOLOR=#F4E8D0>
<TABLE BORDER=0><TR><TD><FONT SIZE=2 FACE="Arial">
<A HREF="{page.index_url}">{say("home")}</A><BR>
{menu}<BR>
{_switch(page, "<BR>")}
<HR>
{others}</FONT></TD></TR></TABLE>
</TD>
<TD VALIGN=TOP>
<TABLE WIDTH=560 BORDER=0><TR><TD><FONT FACE="Times New Roman" SIZE=3>
{render_blocks(page, styles.NINETIES)}
</FONT></TD></TR>
<TR><TD ALIGN=RIGHT><FONT SIZE=1>{say("published")}</FONT></TD></TR></TABLE>
</TD></TR></TABLE>
<HR>
<CENTER><FONT SIZE=2>
<A HREF="guests.cgi">{say("guestbook")}</A><BR>
{say("counter")}<BR>
{say("viewed")}<BR>
{say("cookie")} <INPUT TYPE=BUTTON VALUE="{attribute(say.unseen("accept"))}"><BR><BR>
{say("about")}<BR>
{say("footer")}
</FONT></CENTER>
</BODY>
</HTML>
"""


def blog(page, charset):
    """A blog with tags, share buttons and a cookie banner."""
    say = page.say
    keys = ("tag1", "tag2", "tag3")
    tags = ", ".join(f'<a rel="tag" href="/tag/{key}/">{say(key)}</a>' for key in keys)
    related = ""
    if page.others:
        related = f"""<section class="related-posts"><h3>{say("others")}</h3>
<ul>
{_items(page.others)}
</ul>
<a class="more-link" href="{page.index_url}">{say("more")} →</a></section>"""
    return f"""<!doctype html>
<html lang="{page.html_lang}" class="no-js">
<head>
{_meta(charset)}<title>{_title(page)}</title>
<meta property="og:title" content="{attribute(page.title)}">
{_alternates(page)}
<script>window.dataLayer = window.dataLayer || [];
dataLayer.push({{"lang": "{page.lang}"}});</script>
</head>
<body class="single single-post">
<div id="cookie-notice" class="cookie-banner"><span>{say("cookie")}</span>
<button type="button">{say("accept")}</button></div>
<div class="site-header">
<a class="site-title" href="{page.index_url}" rel="home">{say("name")}</a>
<p class="site-description">{say("tagline")}</p>
<nav class="main-navigation"><ul>
{_nav_items(page)}
</ul></nav>
</div>
<article class="post type-post">
<div class="entry-meta"><span class="posted-on">{say("published")}</span></div>
<div class="entry-content">
{render_blocks(page, styles.BLOG)}
<p class="photo-credit">{say("photos")}</p>
</div>
<div class="entry-footer"><span class="tags-label">{say("tags")}:</span> {tags}</div>
<div class="sharedaddy"><h3>{say("share")}</h3>
<ul><li><a href="mailto:?subject=x"><span>{say("share1")}</span></a></li>
<li><a href="#copy"><span>{say("share2")}</span></a></li></ul></div>
</article>
{related}
<div id="secondary" class="widget-area">
<div class="widget widget_text">{say("about")}</div>
<div class="widget widget_newsletter">{say("newsletter")}<form><input type="email"></form></div>
<div class="widget widget_languages">{_switch(page)}</div>
</div>
<footer id="colophon" class="site-footer"><div class="site-info">{say("footer")}</div></footer>
</body>
</html>
"""


def _sections(page):
    """The blocks in sections, one for the head of the page and one for each heading."""
    groups = [[]]
    for block in page.blocks:
        if block[0] == "h2":
            groups.append([])
        groups[-1].append(block)
    return "\n".join(
        f'<section id="part-{number}">\n{render_blocks(page, styles.DOCS, group)}\n</section>'
        for number, group in enumerate(groups)
    )


def docs(page, charset):
    """Documentation with a table of contents beside the text."""
    say = page.say
    headings = [items[0] for kind, items in page.blocks if kind == "h2"]
    toc = "\n".join(
        f'<li><a class="reference internal" href="#part-{number}">{escape(heading)}</a></li>'
        for number, heading in enumerate(headings, 1)
    )
    toc = f"<p>{say('toc')}</p>\n<ul>\n{toc}\n</ul>" if headings else ""
    following = ""
    if page.others:
        following = f"""<h3>{say("others")}</h3>
<ul class="toctree">
{_items(page.others)}
</ul>
<a rel="next" href="{attribute(page.others[0].url)}">{say("more")}</a>"""
    return f"""<!DOCTYPE html>
<html lang="{_LOCALES[page.html_lang]}">
<head>
{_meta(charset)}<title>{_title(page)}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<div class="topbar"><a href="{page.index_url}">{say("name")}</a>
<p class="claim">{say("tagline")}</p>
<ul class="menu">
{_nav_items(page)}
</ul>
<div class="langs">{_switch(page)}</div></div>
<div class="layout">
<nav class="toc-drawer">
{toc}
{following}
</nav>
<main role="main">
<div class="admonition warning"><p>{say("safety")}</p></div>
{_sections(page)}
<p class="edit"><a href="#edit">{say("edit")}</a></p>
<p class="revised">{say("published")}</p>
</main>
</div>
<footer><p>{say("about")}</p>
<p>{say("warranty")}</p>
<p>{say("footer")}</p>
<div class="consent"><p>{say("cookie")}</p> <button>{say("accept")}</button></div></footer>
</body>
</html>
"""


def wiki(page, charset):
    """A wiki in XHTML, with an infobox and a list of sources."""
    say = page.say
    declaration = f'<?xml version="1.0" encoding="{charset}"?>\n' if charset else ""
    infobox = "\n".join(
        f"<tr><th>{say(key)}</th><td>{say(key + '_value')}</td></tr>"
        for key in ("box_place", "box_owner")
    )
    refs = "\n".join(
        f'<li id="cite_note-{number}"><span class="ref-text">{say(f"ref{number}")}</span></li>'
        for number in (1, 2, 3)
    )
    tabs = "".join(f'<li><a href="#{key}">{say(key)}</a></li>' for key in ("tab1", "tab2", "tab3"))
    related = ""
    if page.others:
        related = f"<h3>{say('others')}</h3>\n<ul>\n{_items(page.others)}\n</ul>"
    lang = _LOCALES[page.html_lang]
    heading = [block for block in page.blocks if block[0] == "h1"]
    rest = [block for block in page.blocks if block[0] != "h1"]
    return f"""{declaration}<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
  "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="{lang}" lang="{lang}">
<head>
{_http_equiv(charset, " />")}<title>{_title(page)}</title>
<link rel="stylesheet" type="text/css" href="/style.css" />
</head>
<body class="mediawiki ltr">
<div id="siteNotice">{say("cookie")} <a href="#ok">{say("accept")}</a></div>
<div id="content" class="mw-body">
{render_blocks(page, styles.WIKI, heading)}
<div id="siteSub">{say("tagline")}</div>
<div id="mw-content-text">
<table class="infobox"><caption>{escape(page.title)}</caption>
<tr><td colspan="2"><img src="/logo.png" alt="" /></td></tr>
{infobox}
<tr><th>{say("box_checked")}</th><td>{page.date[:10]}</td></tr></table>
{render_blocks(page, styles.WIKI, rest)}
<h2><span class="mw-headline">{say("refs")}</span></h2>
<ol class="references">
{refs}
</ol>
</div>
</div>
<div id="mw-navigation">
<ul class="tabs">{tabs}<li><a href="#source">{say("more")}</a></li></ul>
<div class="portal"><h3>{say("name")}</h3>
<ul>
{_nav_items(page)}
</ul>
{related}
<div class="languages">{_switch(page, "<br />")}</div></div>
</div>
<div id="footer"><ul><li id="lastmod">{say("published")}</li>
<li>{say("about")}</li>
<li>{say("licence")}</li>
<li>{say("footer")}</li></ul></div>
</body>
</html>
"""


def tight(page, charset):
    """Everything on one line, with scripts, styles and hidden elements in between."""
    say = page.say
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page.title,
        "inLanguage": _LOCALES[page.html_lang],
        "datePublished": page.date,
        "publisher": {"@type": "Organization", "name": say.unseen("name")},
    }
    ld = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    others = ""
    if page.others:
        others = f"<div class=rl><b>{say('others')}</b><ul>{_items(page.others)}</ul></div>"
    parts = [
        f"<!doctype html><html lang={page.html_lang}><head>{_meta(charset)}",
        f"<title>{_title(page)}</title>{_alternates(page)}",
        "<style>body{margin:0}.h{display:none}.rl ul{columns:2}</style>",
        f'<script type="application/ld+json">{ld}</script></head><body>',
        "<script>!function(w){w.q=w.q||[];w.t='<p>loading</p>'}(window)</script>",
        f'<div class="h" style="display:none">{escape(say.unseen("hidden"))}</div>',
        f"<noscript><p>{escape(say.unseen('noscript'))}</p></noscript>",
        f"<div class=hd><a href={page.index_url}>{say('name')}</a><p>{say('tagline')}</p>",
        f"<ul class=nv>{_nav_items(page)}</ul></div><div class=art>",
        render_blocks(page, styles.TIGHT),
        f"<p class=dt>{say('published')}</p></div>",
        f"<div hidden><p>{escape(say.unseen('hidden'))}</p></div>",
        f"<button class=mr aria-hidden=true>{say('more')}</button>{others}",
        f"<div class=ft><p>{say('about')}<p>{say('subscribe')}<p>{say('reuse')}",
        f"<p>{say('footer')}</div><div class=ck><p>{say('cookie')}</p>",
        f"<button>{say('accept')}</button></div><div class=lg>{_switch(page)}</div>",
        '<script async src="/a.js"></script></body></html>',
    ]
    return "".join(parts).replace(">\n<", "><").replace("\n", " ")


def for_print(page, charset):
    """Any site's page laid out for print: the text, where it stands and little else."""
    say = page.say
    return f"""<!DOCTYPE html>
<html>
<head>
{_meta(charset)}<title>{_title(page)}</title>
<meta name="robots" content="noindex">
<link rel="canonical" href="{attribute(page.languages[page.lang])}">
</head>
<body onload="window.print()">
<p>{say("name")}</p>
{render_blocks(page, Style())}
<hr>
<p>{say("published")}</p>
<p>{escape(page.languages[page.lang])}</p>
<p>{say("footer")}</p>
</body>
</html>
"""


def render(page, charset):
    """The HTML of a page."""
    template = for_print if page.kind == "print" else page.template
    return template(page, charset)
