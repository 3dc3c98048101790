"""Sentences of official letters, reports and applications, with numbers, dates and names filled in by chance."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date

from samples.papers.subjects import money
from samples.people import day_between, invent_name
from samples.places import invent_place
from samples.words import number_in_words

_SLOT = re.compile(r"\{(\w+)\}")

SITUATION = (
    "Trong {period}, Trung tâm Phục vụ hành chính công đã tiếp nhận {count} hồ sơ, trong đó {share}% nộp trực tuyến; tỷ lệ giải quyết trước và đúng hạn đạt {share}%.",
    "Số hồ sơ quá hạn còn {small} trường hợp, chủ yếu thuộc lĩnh vực đất đai và cấp giấy phép xây dựng nhà ở riêng lẻ.",
    "Công tác số hóa kết quả giải quyết thủ tục hành chính còn chậm: mới hoàn thành {count}/{more} hồ sơ thuộc diện phải số hóa.",
    "Qua kiểm tra thực tế tại {small} xã, phường, nhiều bản quét bị lệch trang, mờ chữ, thiếu dấu giáp lai hoặc mất góc.",
    "Đường truyền tại một số điểm vùng cao chưa ổn định, thời gian tải một bộ hồ sơ {small} trang có lúc kéo dài tới {small} phút.",
    "Đội ngũ công chức làm việc tại bộ phận một cửa cơ bản đáp ứng yêu cầu nhiệm vụ; tuy nhiên vẫn còn {small} đơn vị bố trí người kiêm nhiệm.",
    "Mức độ hài lòng của tổ chức, cá nhân đạt {share} điểm, tăng {tenth} điểm so với cùng kỳ; không có phản ánh về thái độ phục vụ.",
    "Kinh phí đã giải ngân {money} đồng, bằng {share}% dự toán được giao đầu năm.",
    "Ngày {day}, đoàn công tác đã làm việc với {person} và ghi nhận đầy đủ các kiến nghị của nhân dân {place}.",
    "Một số quy trình nội bộ được ban hành từ trước ngày {day} không còn phù hợp nhưng chậm được sửa đổi, thay thế.",
)
REQUESTS = (
    "Rà soát toàn bộ danh mục hồ sơ đang lưu giữ, phân loại theo thời hạn bảo quản, hoàn thành trước ngày {day}.",
    "Chỉ quét từ bản chính hoặc bản gốc; bản chụp phải đủ số trang, thẳng, rõ chữ, độ phân giải không thấp hơn 200 dpi.",
    "Gửi danh sách cán bộ đầu mối về địa chỉ thư công vụ, kèm số điện thoại 0{phone}, để kịp thời trao đổi khi có vướng mắc.",
    "Niêm yết công khai mức thu phí, lệ phí; không yêu cầu công dân nộp thêm giấy tờ ngoài thành phần đã quy định.",
    "Tổng hợp khó khăn, vướng mắc gửi về Văn phòng trước 16 giờ 30 phút ngày {day} để báo cáo Chủ tịch xem xét, chỉ đạo.",
    "Bố trí tối thiểu {small} máy quét hai mặt, {small} máy tính có cài đặt phần mềm ký số cho mỗi điểm tiếp nhận.",
    "Chủ động đối soát dữ liệu hộ tịch, bảo đảm họ, chữ đệm, tên, ngày sinh và số định danh thống nhất giữa giấy tờ và cơ sở dữ liệu.",
    "Không để hồ sơ chuyển vòng quá {small} ngày làm việc; trường hợp trả lại phải nêu rõ lý do bằng văn bản và xin lỗi người nộp.",
    "Thực hiện nghiêm quy định về bảo vệ dữ liệu cá nhân: chỉ người được phân công mới được mở bản điện tử, mỗi lần mở đều phải ghi nhật ký.",
    "Phối hợp với Công an xã, phường thu thập, cập nhật bổ sung thông tin của {count} nhân khẩu chưa có số định danh.",
    "Tổ chức tập huấn nghiệp vụ trong thời gian {small} ngày, bắt đầu từ ngày {day}, tại hội trường {place}.",
    "Nghiệm thu từng đợt, mỗi đợt lấy mẫu ngẫu nhiên {share}% số trang; nếu tỷ lệ lỗi vượt quá 0,{tenth_digit}% thì làm lại cả đợt.",
)
POINTS = (
    "giấy tờ hộ tịch lập trước năm {year}, kể cả sổ viết tay bị ố, rách hoặc nhòe mực;",
    "hồ sơ địa chính, bản đồ giải thửa, sổ mục kê và các biên bản bàn giao mốc giới;",
    "quyết định hưởng trợ cấp, phụ cấp khu vực, hỗ trợ học nghề và bảo hiểm y tế;",
    "hợp đồng, chứng thư, giấy ủy quyền đã được chứng thực còn trong thời hạn lưu trữ;",
    "văn bản đi, văn bản đến của nhiệm kỳ trước, đánh số từ 01 đến {count};",
    "chứng từ thu, nộp ngân sách kèm bảng kê số tiền {money} đồng;",
    "ảnh chụp hiện trường, sơ đồ vị trí và lời khai của người làm chứng (nếu có);",
    "đơn thư khiếu nại, tố cáo đã có kết luận giải quyết cuối cùng.",
)
REASONS = (
    "Trước đây tôi đã được cấp bản chính vào năm {year} nhưng do mưa lũ ngày {day} nên giấy tờ bị ướt, mờ và rách góc.",
    "Do sơ suất khi chuyển nhà từ {place} đến nơi ở hiện nay, tôi đã làm thất lạc toàn bộ giấy tờ gốc của gia đình.",
    "Gia đình tôi có {small} nhân khẩu, hiện đang sinh sống ổn định, không có tranh chấp với các hộ liền kề.",
    "Thửa đất có diện tích {area} m², thuộc tờ bản đồ số {small}, đã sử dụng liên tục từ năm {year} đến nay.",
    "Người làm chứng là {person}, hàng xóm của gia đình tôi hơn {small} năm, sẵn sàng xác nhận sự việc nêu trên.",
    "Vì điều kiện sức khỏe yếu, tuổi cao, đi lại khó khăn, tôi không thể trực tiếp đến nộp hồ sơ theo lịch hẹn.",
    "Số tiền đã tạm nộp là {money} đồng theo biên lai ngày {day}, nay tôi đề nghị được khấu trừ hoặc hoàn trả.",
    "Tôi làm đơn này kính đề nghị quý cơ quan xem xét, xác nhận để tôi bổ túc hồ sơ xin học bổng cho con.",
    "Con tôi đang theo học lớp {grade} nên rất cần giấy tờ trên để kịp nộp hồ sơ dự tuyển trước ngày {day}.",
    "Kèm theo đơn gồm có: bản chụp căn cước, ảnh chân dung cỡ 3 x 4 cm và {small} bản sao giấy tờ liên quan.",
)
POWERS = (
    "Được thay mặt tôi nộp hồ sơ, nhận kết quả và ký các giấy tờ có liên quan tại Trung tâm Phục vụ hành chính công.",
    "Được nộp các khoản phí, lệ phí, thuế phát sinh (nếu có) với tổng số tiền không quá {money} đồng.",
    "Được liên hệ với cơ quan đăng ký đất đai để trích lục bản đồ địa chính thửa đất số {count}, tờ bản đồ số {small}.",
    "Được khiếu nại, giải trình, cung cấp tài liệu bổ sung và nhận văn bản trả lời trong thời hạn ủy quyền.",
    "Được quản lý, trông coi, sửa chữa nhỏ ngôi nhà; không được bán, tặng cho, thế chấp hoặc cho thuê lại.",
    "Được nhận lương hưu, trợ cấp hằng tháng thay tôi kể từ kỳ chi trả tháng {month} năm {this_year}.",
)
LAWS = (
    "Luật Ban hành văn bản quy phạm pháp luật",
    "Luật Lưu trữ ngày 21 tháng 6 năm 2024",
    "Nghị định về thực hiện thủ tục hành chính theo cơ chế một cửa",
    "Quy chế làm việc của Ủy ban nhân dân nhiệm kỳ này",
    "Kế hoạch chuyển đổi số giai đoạn 5 năm",
)


def filled(text: str, rng: random.Random) -> str:
    """`text` with every {slot} replaced by something invented. Raises KeyError for an unknown slot."""
    return _SLOT.sub(lambda m: _FILLERS[m[1]](rng), text)


def sentences(choices: tuple[str, ...], count: int, rng: random.Random) -> list[str]:
    """`count` different ones of `choices`, filled in."""
    return [filled(text, rng) for text in rng.sample(choices, min(count, len(choices)))]


def figures(amount: int) -> str:
    """«1.250.000 đồng (bằng chữ: …)»."""
    return f"{money(amount)} đồng (bằng chữ: {number_in_words(amount)} đồng)"


def _day(rng: random.Random) -> str:
    day = day_between(rng, date(2024, 1, 2), date(2026, 12, 28))
    return rng.choice(
        (f"{day:%d/%m/%Y}", f"{day.day:02d} tháng {day.month} năm {day.year}", f"{day:%d-%m-%Y}")
    )


_FILLERS: dict[str, Callable[[random.Random], str]] = {
    "period": lambda r: r.choice(
        ("quý I năm 2026", "quý III năm 2025", "6 tháng đầu năm 2026", "tháng 10 năm 2025", "9 tháng đầu năm")
    ),
    "count": lambda r: money(r.randint(12, 4_800)),
    "more": lambda r: money(r.randint(4_900, 96_000)),
    "small": lambda r: f"{r.randint(2, 28):02d}",
    "share": lambda r: f"{r.randint(55, 99)},{r.randint(0, 9)}",
    "tenth": lambda r: f"{r.randint(0, 4)},{r.randint(1, 9)}",
    "tenth_digit": lambda r: str(r.randint(2, 9)),
    "money": lambda r: money(r.randint(12, 98_000) * 1_000),
    "day": _day,
    "month": lambda r: str(r.randint(3, 12)),
    "year": lambda r: str(r.randint(1958, 2015)),
    "this_year": lambda r: str(r.randint(2025, 2027)),
    "grade": lambda r: f"{r.randint(1, 12)}{r.choice('ABCD')}",
    "area": lambda r: f"{r.randint(40, 980)},{r.randint(0, 9)}",
    "phone": lambda r: (
        f"{r.choice((20, 21, 22, 23, 25, 27, 29))}{r.randint(1, 9)} {r.randint(300, 999)} {r.randint(0, 999):03d}"
    ),
    "place": lambda r: invent_place(r).commune_name,
    "person": lambda r: f"{r.choice(('ông', 'bà'))} {' '.join(invent_name(r, male=r.random() < 0.5))}",
}
