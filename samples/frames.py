"""Twelve ways to lay out a site around a text that is already HTML, each unlike the others.

A frame takes a samples.wrapping.Shown and gives the page; it leaves ``shown.body`` as it is.
"""

from samples.markup import attribute, escape

OWN_NAMES = {"en": "English", "de": "Deutsch", "zh": "中文"}


def _items(texts, form='<li><a href="#{}">{}</a></li>'):
    return "\n".join(form.format(number, text) for number, text in enumerate(texts, 1))


def _switch(shown, form='<a href="{}">{}</a>', glue=" | "):
    others = [lang for lang in shown.languages if lang in OWN_NAMES and lang != shown.lang]
    return glue.join(form.format(attribute(shown.languages[x]), OWN_NAMES[x]) for x in others)


def _head(shown, more="", end=">"):
    return (
        f'<head>\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"{end}\n'
        f"<title>{escape(shown.title)}</title>\n{more}</head>"
    )


def semantic(shown):
    """Elements that say what they are; the text in main and article."""
    say = shown.say
    return f"""<!DOCTYPE html>
<html lang="{shown.lang}">
{_head(shown)}
<body>
<a class="skip-link" href="#text">{say("skip")}</a>
<header><h2><a href="/">{say("name")}</a></h2><p>{say("tagline")}</p>
<nav><ul>{_items(say.some("nav", 5))}</ul></nav>
<form role="search"><label>{say("search")} <input type="search"></label></form></header>
<nav aria-label="breadcrumb"><ol><li>{say("here")}</li><li><a href="/">{say("home")}</a></li>
<li>{escape(shown.title)}</li></ol></nav>
<main id="text"><article>
{shown.body}
<footer><p>{say("updated")}</p><p>{say("feedback")}</p></footer>
</article>
<aside><h3>{say("related")}</h3><ul>{_items(say.some("teaser", 3))}</ul>
<section><p>{say("newsletter")}</p><button>{say("subscribe")}</button></section></aside></main>
<footer><p>{say("about")}</p><ul><li><a href="/i">{say("imprint")}</a></li>
<li><a href="/p">{say("privacy")}</a></li></ul><p><small>{say("copyright")}</small></p></footer>
<div role="dialog" aria-live="polite"><p>{say("cookie")}</p><button>{say("accept")}</button>
<button>{say("reject")}</button></div>
</body>
</html>
"""


def tables(shown):
    """Tables in tables; menu on the left, sponsors on the right."""
    say = shown.say
    menu = "<BR>\n".join(f"&raquo; <A HREF=#{n}>{t}</A>" for n, t in enumerate(say.some("nav", 6)))
    return f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML>
{_head(shown)}
<BODY BGCOLOR="#FFFFFF">
<TABLE WIDTH="100%" CELLPADDING=4><TR><TD BGCOLOR="#003366"><FONT COLOR="#FFFFFF" SIZE=5>
{say("name")}</FONT></TD><TD ALIGN=RIGHT><FONT SIZE=2>{_switch(shown)}</FONT></TD></TR>
<TR><TD COLSPAN=2><FONT SIZE=2><I>{say("tagline")}</I></FONT></TD></TR></TABLE>
<TABLE WIDTH="100%" BORDER=0><TR>
<TD WIDTH=150 VALIGN=TOP BGCOLOR="#EEEEEE"><FONT SIZE=2>
<A HREF="/">{say("home")}</A><BR>
{menu}
<HR>{say("event")}</FONT></TD>
<TD VALIGN=TOP>
{shown.body}
<HR><FONT SIZE=1>{say("updated")} <A HREF="#top">{say("top")}</A></FONT>
</TD>
<TD WIDTH=140 VALIGN=TOP><TABLE BORDER=1><TR><TD><FONT SIZE=1>{say("ad")}</FONT></TD></TR>
<TR><TD>{say("adtext")}</TD></TR></TABLE><BR><FONT SIZE=2>{say("donate")}</FONT></TD>
</TR></TABLE>
<CENTER><FONT SIZE=1>{say("copyright")}<BR>{say("cookie")}<BR>
<A HREF="/imprint">{say("imprint")}</A> - <A HREF="/contact">{say("contact")}</A></FONT></CENTER>
</BODY>
</HTML>
"""


def grid(shown):
    """Rows and columns of divs, the sidebar before the text."""
    say = shown.say
    cards = "\n".join(
        f'<div class="card"><div class="card-body"><p class="card-text">{text}</p>'
        f'<a class="btn btn-link" href="#c{number}">{say("more")}</a></div></div>'
        for number, text in enumerate(say.some("teaser", 2))
    )
    links = _items(say.some("nav", 5), '<a class="list-group-item" href="#{}">{}</a>')
    return f"""<!doctype html>
<html lang="{shown.lang}">
{_head(shown, '<meta name="viewport" content="width=device-width">')}
<body class="bg-light">
<div class="navbar navbar-dark"><div class="container-fluid">
<a class="navbar-brand" href="/">{say("name")}</a>
<div class="nav-item dropdown"><span class="nav-link">{say("languages")}</span>
<div class="dropdown-menu">{_switch(shown, glue="")}</div></div>
<a class="nav-link" href="/login">{say("login")}</a>
<a class="nav-link" href="/join">{say("register")}</a></div></div>
<div class="container"><div class="row">
<div class="col-md-3 sidebar"><div class="list-group">{links}</div>
<div class="well"><h4>{say("popular")}</h4>{cards}</div>
<div class="alert alert-info">{say("event")}</div></div>
<div class="col-md-9 content"><div class="breadcrumb">{say("here")} <a href="/">{say("home")}</a>
/ {escape(shown.title)}</div>
<div class="panel panel-default"><div class="panel-body">
{shown.body}
</div></div>
<div class="btn-group"><span>{say("share")}</span>
{_items(say.some("button", 3), '<a class="btn btn-sm" href="#s{}">{}</a>')}</div></div></div></div>
<div class="footer"><div class="container"><div class="row">
<div class="col-sm-6">{say("about")}</div>
<div class="col-sm-6">{say("copyright")} <a href="/p">{say("privacy")}</a></div></div></div></div>
<div class="modal fade"><div class="modal-body">{say("cookie")}</div>
<div class="modal-footer"><span class="btn">{say("accept")}</span></div></div>
</body></html>
"""


def blog(shown):
    """A post with tags, share buttons, comments and widgets after it."""
    say = shown.say
    tags = ", ".join(
        f'<a rel="tag" href="/t/{n}">{t}</a>' for n, t in enumerate(say.some("tag", 3))
    )
    return f"""<!DOCTYPE html>
<html lang="{shown.lang}">
{_head(shown, '<link rel="alternate" type="application/rss+xml" href="/feed">')}
<body class="post-template-default single single-post">
<div id="page" class="hfeed site">
<div id="cookie-law-info-bar"><span>{say("cookie")} <a class="medium button">{say("accept")}</a>
</span></div>
<div id="masthead" class="site-header"><p class="site-title"><a href="/">{say("name")}</a></p>
<p class="site-description">{say("tagline")}</p>
<div class="main-navigation"><ul class="menu">{_items(say.some("nav", 4))}</ul></div></div>
<div id="content" class="site-content"><div id="primary" class="content-area">
<div class="post hentry"><div class="entry-meta">{say("updated")} · {say("readtime")}</div>
<div class="entry-content">
{shown.body}
</div>
<div class="entry-footer"><span class="cat-links">{say("tags")}: {tags}</span></div>
<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">{say("share")}</h3>
<ul>{_items(say.some("button", 4))}</ul></div></div>
<div id="comments" class="comments-area"><p class="no-comments">{say("comments")}</p></div>
</div>
<div id="secondary" class="widget-area"><div class="widget widget_text"><div class="textwidget">
<p>{say("about")}</p></div></div>
<div class="widget widget_recent_entries"><h2 class="widget-title">{say("popular")}</h2>
<ul>{_items(say.some("teaser", 4))}</ul></div>
<div class="widget widget_mc4wp"><p>{say("newsletter")}</p>
<input type="submit" value="{attribute(say.unseen("subscribe"))}"></div></div></div>
<div id="colophon" class="site-footer"><div class="site-info">{say("copyright")}</div></div>
</div>
</body></html>
"""


def drawer(shown):
    """Documentation with a drawer of links and buttons to go on."""
    say = shown.say
    return f"""<!DOCTYPE html>
<html class="writer-html5" lang="{shown.lang}">
{_head(shown)}
<body class="wy-body-for-nav">
<div class="wy-grid-for-nav">
<nav data-toggle="wy-nav-shift" class="wy-nav-side"><div class="wy-side-scroll">
<div class="wy-side-nav-search"><a href="/" class="icon icon-home">{say("name")}</a>
<div role="search"><form><input type="text" placeholder="{attribute(say.unseen("search"))}"></form>
</div></div>
<div class="wy-menu wy-menu-vertical" role="navigation"><p class="caption">
<span class="caption-text">{say("popular")}</span></p>
<ul>{_items(say.some("nav", 8), '<li class="toctree-l1"><a href="#{}">{}</a></li>')}</ul></div>
</div></nav>
<section class="wy-nav-content-wrap"><div class="wy-nav-content"><div class="rst-content">
<div role="navigation"><ul class="wy-breadcrumbs"><li><a href="/">{say("home")}</a> »</li>
<li>{escape(shown.title)}</li>
<li class="wy-breadcrumbs-aside"><a href="#pdf">{say("print")}</a></li>
</ul><hr></div>
<div role="main" class="document"><div class="admonition"><p>{say("disclaimer")}</p></div>
{shown.body}
</div>
<footer><div class="rst-footer-buttons"><a class="btn" href="#feedback">{say("feedback")}</a></div>
<hr><div role="contentinfo"><p>{say("copyright")} {say("updated")}</p></div>
<p>{_switch(shown)}</p></footer></div></div></section></div>
<div class="ethical-sidebar"><span>{say("ad")}</span> <span>{say("adtext")}</span></div>
</body></html>
"""


def wiki(shown):
    """A wiki in XHTML: the text first, tabs and portals after it."""
    say = shown.say
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
  "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="{shown.lang}" lang="{shown.lang}">
{_head(shown, end=" />")}
<body class="mediawiki ltr">
<div id="globalWrapper">
<div id="column-content"><div id="content" class="mw-body"><div id="siteNotice">
<div class="noticebanner">{say("donate")}</div></div>
<div id="bodyContent"><div id="siteSub">{say("tagline")}</div>
<div id="jump-to-nav"><a href="#column-one">{say("skip")}</a></div>
{shown.body}
<div class="printfooter">{say("print")}</div>
<div id="catlinks"><a href="#cat">{say("tags")}</a>:
{_items(say.some("tag", 3), '<span dir="ltr"><a href="#t{}">{}</a></span>')}</div>
</div></div></div>
<div id="column-one"><div id="p-cactions" class="portlet"><h5>{say("share")}</h5>
<div class="pBody"><ul>{_items(say.some("button", 2))}</ul></div></div>
<div class="portlet" id="p-personal"><ul><li><a href="#in">{say("login")}</a></li>
<li><a href="#new">{say("register")}</a></li></ul></div>
<div class="generated-sidebar portlet"><h5>{say("name")}</h5>
<div class="pBody"><ul><li><a href="/">{say("home")}</a></li>{_items(say.some("nav", 6))}</ul></div>
</div>
<div id="p-lang" class="portlet"><h5>{say("languages")}</h5><div class="pBody">
<ul><li>{_switch(shown, glue="</li><li>")}</li></ul></div></div></div>
<div id="footer"><ul id="f-list"><li id="lastmod">{say("updated")}</li><li>{say("copyright")}</li>
<li id="privacy"><a href="#p">{say("privacy")}</a></li><li>{say("disclaimer")}</li>
<li>{say("cookie")}</li></ul></div>
</div>
</body>
</html>
"""


def tight(shown):
    """Class names that mean nothing, a wall of consent first, few line breaks."""
    say = shown.say
    menu = "".join(
        f"<span class=b3x><a href=#{n}>{t}</a></span>" for n, t in say.numbered("nav", 5)
    )
    rows = "".join(
        f"<div class=q1><a href=#r{n}>{t}</a></div>" for n, t in say.numbered("teaser", 5)
    )
    parts = [
        f"<!doctype html><html lang={shown.lang}>{_head(shown)}<body><div id=root>",
        f"<div class=z9><div class=z1><p>{say('cookie')}</p><p>{say('disclaimer')}</p>",
        f"<span class=k2>{say('accept')}</span><span class=k2>{say('reject')}</span></div></div>",
        f"<div class=h0><a href=/ class=h1>{say('name')}</a>{menu}",
        f"<span class=l8>{_switch(shown, glue='')}</span></div>",
        f"<div class=w4><div class=w5><div class=t2>{shown.body}</div>",
        f"<div class=f6>{say('feedback')} <i>{say('yes')}</i> <i>{say('no')}</i></div></div>",
        f"<div class=w6><b>{say('related')}</b>{rows}<div class=n3>{say('newsletter')}",
        f"<u>{say('subscribe')}</u></div></div></div><div class=v0>{say('about')}<br>",
        f"{say('copyright')} <a href=/imp>{say('imprint')}</a></div></div></body></html>",
    ]
    return "".join(parts)


def components(shown):
    """Elements of the site's own making, text in a slot."""
    say = shown.say
    cards = _items(say.some("teaser", 3), '<x-card href="#{}"><span slot="t">{}</span></x-card>')
    return f"""<!DOCTYPE html>
<html lang="{shown.lang}">
{_head(shown)}
<body>
<x-shell>
<x-topbar><a slot="brand" href="/">{say("name")}</a><x-search label="s">{say("search")}</x-search>
<x-menu>{_items(say.some("nav", 5), '<x-item><a href="#{}">{}</a></x-item>')}</x-menu></x-topbar>
<x-layout>
<x-content><div class="prose">
{shown.body}
</div><x-meta>{say("updated")} – {say("readtime")}</x-meta></x-content>
<x-rail><h3>{say("related")}</h3>{cards}<x-box><p>{say("event")}</p></x-box></x-rail>
</x-layout>
<x-consent><p>{say("cookie")}</p><x-button>{say("accept")}</x-button></x-consent>
<x-footer><p>{say("about")}</p><p>{say("copyright")}</p><a href="#c">{say("contact")}</a></x-footer>
</x-shell>
</body></html>
"""


def forum(shown):
    """The text as the first post of a thread, with a profile beside it."""
    say = shown.say
    return f"""<!DOCTYPE html>
<html lang="{shown.lang}">
{_head(shown)}
<body id="phpbb" class="section-viewtopic">
<div id="wrap"><div class="headerbar"><div class="inner"><h1>{say("name")}</h1>
<p>{say("tagline")}</p></div></div>
<div class="navbar"><ul class="linklist"><li>{say("here")} <a href="/">{say("home")}</a></li>
<li class="rightside"><a href="#faq">{say("login")}</a></li></ul></div>
<div id="page-body"><div class="rules"><div class="inner"><strong>{say("contact")}:</strong>
{say("comments")}</div></div>
<div class="post bg2"><div class="inner"><dl class="postprofile">
<dt><a href="#u">{say("name")}</a></dt>
<dd>{say("readtime")}</dd><dd><strong>{say("tags")}:</strong> {say("tag")}</dd></dl>
<div class="postbody"><p class="author">{say("updated")}</p>
<div class="content">
{shown.body}
</div>
<div class="signature">{say("donate")}</div></div></div></div>
<div class="topic-actions"><div class="buttons"><a href="#reply">{say("feedback")}</a></div></div>
<fieldset class="jumpbox"><label>{say("search")}</label><select>
{_items(say.some("nav", 6), '<option value="{}">{}</option>')}</select></fieldset></div>
<div id="page-footer"><div class="copyright">{say("copyright")}<br>{say("cookie")}<br>
{_switch(shown)}</div></div></div>
</body></html>
"""


def magazine(shown):
    """Teasers above and below the text, each a heading with a summary."""
    say = shown.say
    form = '<div class="teaser-item"><h3><a href="#m{}">{}</a></h3></div>'
    return f"""<!DOCTYPE html>
<html lang="{shown.lang}">
{_head(shown)}
<body>
<div class="topline">{say("ad")}: {say("adtext")}</div>
<header class="mag"><div class="mag-logo">{say("name")}</div>
<ul class="mag-sections">{_items(say.some("nav", 7))}</ul></header>
<div class="teaser-row">{_items(say.some("teaser", 3), form)}</div>
<div class="mag-main"><article class="story">
<div class="story-tools"><a href="#p">{say("print")}</a> <a href="#s">{say("share")}</a></div>
{shown.body}
<div class="story-end"><p>{say("newsletter")}</p><p>{say("donate")}</p></div>
</article></div>
<section class="more-stories"><h2>{say("related")}</h2>
{_items(say.some("teaser", 6), form)}</section>
<section class="talk"><h2>{say("eventhead")}</h2><p>{say("event")}</p>
<p>{say("comments")}</p></section>
<footer class="mag-foot"><p>{say("about")}</p><p>{say("copyright")}</p>
<p>{_switch(shown)}</p></footer>
<aside class="consent-layer"><h2>{say("privacy")}</h2><p>{say("cookie")}</p>
<a href="#y">{say("accept")}</a> <a href="#n">{say("reject")}</a></aside>
</body></html>
"""


def plain(shown):
    """No containers at all: a line of links, the text, a rule, an address."""
    say = shown.say
    links = " | ".join(f'<a href="#{n}">{t}</a>' for n, t in say.numbered("nav", 5))
    return f"""<html>
{_head(shown)}
<body>
<p><b>{say("name")}</b> – {say("tagline")}</p>
<p>[ <a href="/">{say("home")}</a> | {links} ]</p>
<p>{_switch(shown)}</p>
<hr>
{shown.body}
<hr>
<p>{say("event")}</p>
<p><a href="#top">{say("top")}</a></p>
<address>{say("copyright")}<br>{say("contact")}</address>
<p><small>{say("cookie")}</small></p>
</body>
</html>
"""


def form(shown):
    """One big form around everything, as some servers' frameworks make it."""
    say = shown.say
    tree = _items(say.some("nav", 6), '<tr><td><a id="n{}" href="javascript:go()">{}</a></td></tr>')
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
  "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
{_head(shown, end=" />")}
<body>
<form name="aspnetForm" method="post" action="show.aspx" id="aspnetForm">
<div><input type="hidden" name="__VIEWSTATE" value="dDwtMTA4NzczMzUxMjs7Pg==" /></div>
<div id="ctl00_Header"><span id="ctl00_lblName">{say("name")}</span>
<span id="ctl00_lblSearch">{say("search")}</span><input type="text" name="ctl00$txt" /></div>
<div id="ctl00_Tree"><table cellpadding="0">{tree}</table></div>
<div id="ctl00_Path"><span>{say("here")}</span> <a href="/">{say("home")}</a> &gt;
{escape(shown.title)}</div>
<div id="ctl00_Main">
{shown.body}
</div>
<div id="ctl00_Rate"><span>{say("feedback")}</span><select><option>{say("yes")}</option>
<option>{say("no")}</option></select></div>
<div id="ctl00_Foot"><span>{say("disclaimer")}</span> <span>{say("copyright")}</span>
<span>{say("cookie")}</span> {_switch(shown)}</div>
</form>
</body>
</html>
"""
