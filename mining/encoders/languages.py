"""Which languages the encoders were trained for: codes, ISO 639-1 where there is one."""

#: Yang et al. 2020, section 2, who count Chinese twice, as written in the PRC and in Taiwan
MUSE = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())
#: the model card of sentence-transformers/LaBSE
LABSE = frozenset(
    "af am ar as az be bg bn bo bs ca ceb co cs cy da de el en eo es et eu fa fi fr fy ga gd "
    "gl gu ha haw he hi hmn hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lo lt lv "
    "mg mi mk ml mn mr ms mt my ne nl no ny or pa pl pt ro ru rw si sk sl sm sn so sq sr st su "
    "sv sw ta te tg th tk tl tr tt ug uk ur uz vi wo xh yi yo zh zu".split()
)
