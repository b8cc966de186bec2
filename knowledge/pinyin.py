"""Syllables of Mandarin without tones: cutting letters into them, and folding those that are often confused."""

from functools import cache

_SPELLED = """
a ai an ang ao ba bai ban bang bao bei ben beng bi bian biang biao bie bin bing bo bong bu ca cai can cang cao ce
cei cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci
cong cou cu cuan cui cun cuo da dai dan dang dao de dei deng di dia dian diao die din ding diu dong dou du duan dui
dun duo e en er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai
guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia jian
jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke kei ken keng kong kou ku kua kuai kuan
kuang kui kun kuo la lai lan lang lao le lei len leng li lia lian liang liao lie lin ling liu long lou lu luan lue
lun luo lv lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne
nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nue nun nuo nv nve o ou pa pai pan pang pao pei
pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang
rao re ren reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang shao she
shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang
tao te tei teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wong wu xi xia
xian xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yong you yu yuan yue yun za
zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua zhuai zhuan
zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
"""
SYLLABLES = frozenset(_SPELLED.split())
_LONGEST = max(map(len, SYLLABLES))

_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_FOLDED_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "h": "f"}
_FOLDED_FINALS = {"ang": "an", "eng": "en", "ing": "in", "uang": "uan", "iang": "ian"}
_AFTER_F = {"ui": "ei", "uan": "an", "un": "en", "ua": "a", "uo": "o", "ong": "en"}  # 会 is heard as fei, not as fui


def segment(letters: str, *, slips: int = 0) -> tuple[str, ...]:
    """Pinyin written together as syllables, the fewest that fit; () where it is not pinyin but for so many letters."""
    best: list[tuple[int, tuple[str, ...]] | None] = [(0, ()), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST), end):
            before, last = best[start], letters[start:end]
            wrong = last not in SYLLABLES
            if before is None or (wrong and (end - start > 1 or before[0] == slips)):
                continue
            so_far, found = best[end], (before[0] + wrong, (*before[1], last))
            if so_far is None or (found[0], len(found[1])) < (so_far[0], len(so_far[1])):
                best[end] = found
    return best[-1][1] if best[-1] is not None else ()


@cache
def _split(syllable: str) -> tuple[str, str]:
    for initial in _INITIALS:
        if syllable.startswith(initial):
            return initial, syllable[len(initial) :]
    return "", syllable


def fold(syllable: str) -> str:
    """One spelling for syllables that are often confused: z/zh, c/ch, s/sh, n/l, f/h, an/ang, en/eng, in/ing.

    What is not a syllable comes back as it is.
    """
    return _folded(syllable) if syllable in SYLLABLES else syllable


@cache
def _folded(syllable: str) -> str:
    initial, final = _split(syllable)
    initial = _FOLDED_INITIALS.get(initial, initial)
    final = _FOLDED_FINALS.get(final, final)
    return initial + (_AFTER_F.get(final, final) if initial == "f" else final)
