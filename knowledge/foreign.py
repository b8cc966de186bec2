"""Other bodies and subjects that sound like ours: only an entry that speaks of one answers what is asked about it."""

import re

_BODIES = (
    r"工会|共青团|团员|团费|团支部|团委|团组织|团干部|少先队|妇联|村委会|居委会|村民代表|村主任|业主|业委会|物业|人大代表|人大|"
    r"政协|民主党派|九三学社|民盟|公务员|事业编|事业单位编制|编制|考编|社保|医保|公积金|养老金怎么|养老保险|试用期|"
    r"劳动合同|劳动法|离婚|结婚|报税|个税|纳税|增值税|发票|低保.{0,6}领|房产|房价|租房|出租|拆迁|宅基地|驾照|驾驶证|户口|"
    r"微信|朋友圈|抖音|电脑|手机号|密码|天气|股票|彩票|快递|菜谱|情诗|笑话|董事会|股东|合作社分红|学区|高考|考研|职称|招聘|"
    r"每个人的选票|谁投了|谁举报|举报人|投了谁|反对票是谁|死了|去世|过世|病故|早上好|晚上好|晚安|辛苦了"
)
_FOREIGN = re.compile(_BODIES)


def foreign_to(question: str) -> list[str]:
    """The words of a question that are about something else than the Party's branches; usually none."""
    return list(dict.fromkeys(_FOREIGN.findall(question)))


def is_about(words: list[str], names: str) -> bool:
    """Whether the names of an entry have all of these words."""
    return all(word in names for word in words)
