"""How each site writes paragraphs, lists, tables and quotes; see templates for what is around."""

from samples.markup import Style

NEWS = Style(
    quote='<figure class="pull"><blockquote>{}</blockquote></figure>',
    table=(
        '<table class="facts"><tbody>',
        '<tr><th scope="row">{}</th><td>{}</td></tr>',
        "</tbody></table>",
    ),
    inline=("a", "strong", "em"),
)
SOUP = Style(
    h1='<div class="headline"><h1>{}</h1></div>',
    h2='<div class="subhead"><span class="txt">{}</span></div>',
    p='<div class="text"><div class="inner">{}</div></div>',
    quote='<div class="text quotebox">{}</div>',
    ul=('<ul class="list">', '<li><span class="li">{}</span></li>', "</ul>"),
    ol=('<ol class="list num">', '<li><span class="li">{}</span></li>', "</ol>"),
    table=(
        '<div class="tablewrap"><table cellspacing="0">',
        '<tr><td class="c1">{}</td><td class="c2">{}</td></tr>',
        "</table></div>",
    ),
    inline=("a", "b", "i"),
)
NINETIES = Style(
    h1="<CENTER><FONT SIZE=+2 COLOR=#803000><B>{}</B></FONT></CENTER><BR><BR>",
    h2="<FONT SIZE=+1 COLOR=#803000><B>{}</B></FONT><BR><BR>",
    p="{}\n<BR><BR>",
    quote='<FONT COLOR="#405020"><I>{}</I></FONT>\n<BR><BR>',
    ul=("<UL>", "<LI>{}", "</UL><BR>"),
    ol=("<OL>", "<LI>{}", "</OL><BR>"),
    table=(
        "<TABLE BORDER=1 CELLPADDING=3>",
        "<TR><TD BGCOLOR=#FFF4DC>{}<TD>{}",
        "</TABLE><BR><BR>",
    ),
    inline=("a", "B", "I"),
    width=64,
)
BLOG = Style(
    h1='<h1 class="entry-title">{}</h1>',
    quote='<blockquote class="wp-block-quote">{}</blockquote>',
    table=(
        '<figure class="wp-block-table"><table><tbody>',
        "<tr><td>{}</td><td>{}</td></tr>",
        "</tbody></table></figure>",
    ),
    inline=("a", "strong", "em"),
)
DOCS = Style(
    quote='<aside class="note"><p>{}</p></aside>',
    table=(
        '<table class="docutils">',
        "<tr><td><p>{}</p></td><td><p>{}</p></td></tr>",
        "</table>",
    ),
    inline=("a", "strong", "em"),
)
WIKI = Style(
    h1='<h1 id="firstHeading" class="firstHeading">{}</h1>',
    h2='<h2><span class="mw-headline">{}</span></h2>',
    table=('<table class="wikitable">', "<tr><td>{}</td><td>{}</td></tr>", "</table>"),
    inline=("a", "b", "i"),
)
TIGHT = Style(
    quote="<blockquote>{}</blockquote>",
    table=("<table>", "<tr><td>{}<td>{}", "</table>"),
    ul=("<ul>", "<li>{}", "</ul>"),
    ol=("<ol>", "<li>{}", "</ol>"),
    inline=("a", "b", "em"),
    between="",
)
