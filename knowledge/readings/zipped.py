"""Zip archives from strangers: opened only when they unfold to a bearable size."""

import io
import zipfile

from knowledge.readings.parts import Unreadable

LARGEST_UNPACKED = 200_000_000
_MOST_MEMBERS = 20_000


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive in some bytes. Raises `Unreadable`.

    zipfile never hands out more of a member than its header says, so the sum of the headers bounds what is unpacked;
    only bzip2 and lzma, which neither format uses, unfold a block before they count.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise Unreadable("文件打不开，可能损坏了。") from error
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable("文件有密码，打不开。请去掉密码再导入。")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise Unreadable("文件打不开，可能损坏了。")
    if sum(member.file_size for member in members) > LARGEST_UNPACKED or len(members) > _MOST_MEMBERS:
        raise Unreadable("文件解开后太大，没有导入。")
    return archive
