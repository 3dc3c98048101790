// Every word of the page, Vietnamese first. A word is looked up by its name; what it holds in braces is filled in.
const WORDS = {
  other: ["English", "Tiếng Việt"],
  signIn: ["Đăng nhập", "Sign in"], signOut: ["Đăng xuất", "Sign out"],
  account: ["Tài khoản", "Account"], password: ["Mật khẩu", "Password"], code: ["Mã xác thực (6 số)", "Code of your app (6 digits)"],
  standIn: ["Mất mạng: ghi tên tôi", "No line: take my name"], yourName: ["Họ tên cán bộ", "Your name"],
  notSigned: ["chưa đăng nhập", "not signed in"],
  dossier: ["Hồ sơ", "Dossier"], dossierCode: ["Mã hồ sơ", "Dossier code"], procedure: ["Mã thủ tục (nếu mở mới)", "Procedure (to open a new one)"],
  open: ["Mở hồ sơ", "Open"], provisional: ["Lấy mã tạm", "Provisional code"], away: ["Xong, người tiếp theo", "Done, next one please"],
  isProvisional: ["Mã tạm – nhập mã thật khi có mạng", "Provisional – tell the real code when there is a line"],
  reconcile: ["Nhập mã thật", "Tell the real code"],
  holder: ["Người nộp", "Holder"], number: ["Quét QR trên thẻ, hoặc nhập số định danh", "Scan the card's QR, or type the number"], check: ["Kiểm tra giấy đã có", "Look what is there"],
  scanCard: ["Quét thẻ", "Scan the card"],
  nobody: ["Chưa có giấy tờ nào của người này.", "Nothing is there of this person."], known: ["Người này đã có giấy tờ trong kho.", "Papers of this person are there."],
  components: ["Thành phần hồ sơ", "Components"], noComponents: ["Chưa biết thành phần của thủ tục này: quét từng giấy tờ một.", "What this procedure asks for isn't known here: scan paper by paper."],
  addPaper: ["Thêm giấy tờ", "Another paper"],
  otherPaper: ["Giấy tờ khác", "Another paper"],
  reuse: ["Dùng bản đã có", "Use what is there"], scan: ["Quét", "Scan"], scanMore: ["Quét tiếp", "Scan on"], finish: ["Chốt giấy tờ", "Close this paper"], drop: ["Bỏ", "Drop"], dropPage: ["Bỏ trang này", "Drop this page"],
  up: ["Đưa lên trước", "Move up"], original: ["Bản gốc", "Original"], exemplar: ["Bản chính", "Issued exemplar"], copy: ["Bản sao", "Copy"],
  presented: ["Người dân đưa", "What was laid here"], profile: ["Hồ sơ quét", "Profile"], counted: ["Số trang đếm được", "Pages you counted"],
  wanted: ["cần quét", "to be scanned"], scanned: ["đã quét", "scanned"], reused: ["dùng lại", "reused"], present: ["đã xuất trình", "shown"], online: ["có bản điện tử", "electronic"], waived: ["không cần", "not needed"],
  here: ["đã quét tại đây", "scanned here"], PRESENT_ONLY: ["chỉ xuất trình, không quét", "only shown, not scanned"], SECRET_NO_SCAN: ["tài liệu mật, không được quét", "secret, must not be scanned"],
  judging: ["đang kiểm tra…", "being looked at…"], fine: ["Trang đạt yêu cầu", "The page is fine"], noPicture: ["Không xem lại được trang này: đã niêm phong cho máy chủ.", "This page can't be shown any more: it is sealed for the server."],
  empty: ["Chưa có trang nào. Đặt giấy vào máy quét rồi bấm Quét.", "No page yet. Lay the paper into the scanner and press Scan."],
  scanning: ["Đang quét…", "Scanning…"], page: ["Trang", "Page"],
  lineIdle: ["Đã nối máy chủ", "Connected"], lineSending: ["Đang gửi {percent}%", "Sending {percent}%"], lineWaiting: ["Chờ mạng – vẫn quét được", "Waiting for the line – go on scanning"],
  spoolEmpty: ["Đã gửi hết", "All sent"], spoolSome: ["Còn {count} giấy tờ chờ gửi", "{count} papers wait to be sent"],
  noScanner: ["Chưa thấy máy quét", "No scanner"],
  sign: ["Ký tất cả bản chụp", "Sign all captures"], signing: ["Đang ký {number}/{count}…", "Signing {number} of {count}…"], signed: ["Đã ký {count} bản chụp.", "{count} captures are signed."], notSignedAll: ["{count} bản chụp chưa ký được: {why}", "{count} captures are not signed: {why}"],
  toSign: ["Ký {count} bản chụp của {dossiers} hồ sơ", "Sign {count} captures of {dossiers} dossiers"], signLater: ["Chưa ký được khi mất mạng: bản chụp được nhắc ký khi có mạng.", "Nothing can be signed without a line: you will be asked when there is one."], signGoing: ["{count} giấy tờ còn đang gửi, sẽ được nhắc ký khi tới.", "{count} papers are still on their way; you will be asked when they are there."],
  toSee: ["Cần xem lại", "To be looked at"], openStill: ["chưa chốt", "not closed yet"], component: ["Thành phần", "Component"],
  nothingToSign: ["Không còn bản chụp nào chờ ký.", "No capture waits for a signature."],
  noProgram: ["Không nối được chương trình ký trên máy này ({service}). Mở VGCA Sign Service rồi ký lại.", "The signing program of this computer can't be reached ({service}). Start VGCA Sign Service and sign again."],
  waiting: ["Đang giữ tại kiosk", "Held here"], sent: ["Đã gửi", "Sent"], receipt: ["Biên nhận", "Receipt"], print: ["In phiếu giữ tạm", "Print the slip"], slip: ["Phiếu giữ tạm: đã quét, chưa gửi tới máy chủ", "Slip: scanned, not at the server yet"], pages: ["{count} trang", "{count} pages"],
  tries: ["đã thử {count} lần", "tried {count} times"], retry: ["Gửi lại", "Send again"],
  cancel: ["Thôi", "Cancel"], ok: ["Đồng ý", "OK"], sure: ["Bỏ giấy tờ này và {count} trang đã quét?", "Drop this paper and its {count} pages?"],
  checks: ["Cần tự kiểm tra trước khi dùng lại:", "Look at this before you use it:"],
  validity_unknown: ["Giấy tờ còn hiệu lực (hệ thống không biết hạn)", "It is still valid (its end is not known)"], limited_scope: ["Phạm vi sử dụng phù hợp", "Its scope fits"], disagreement_open: ["Đang có ý kiến khác về dữ liệu", "A disagreement about its data is open"], data_corrected: ["Dữ liệu đã được sửa sau khi lập bản sao", "Its data were corrected after the copy was made"], other_holder: ["Giấy tờ của người khác", "Another person's paper"],
  two_at_once: ["Có máy khác dùng danh tính của kiosk này: ngừng gửi, báo người quản trị", "Another computer uses this kiosk's identity: sending has stopped, tell the administrator"],
  clock_off: ["Đồng hồ máy này lệch", "This clock is off"], version_old: ["Phiên bản kiosk đã cũ", "This version is old"], orders_old: ["Hồ sơ quét đã cũ", "Profiles are old"], spool_waits: ["Có giấy tờ chờ hơn một ngày", "Papers have waited for a day"], disk_low: ["Sắp đầy đĩa", "The disk is nearly full"], scanner_missing: ["Thiếu máy quét", "Scanner missing"],
  lost: ["Mất liên lạc với chương trình kiosk trên máy này – khởi động lại `ecopy kiosk`.", "The kiosk program of this computer doesn't answer – start `ecopy kiosk` again."],
};

let language = "vi";
export const speak = (to) => { language = to; document.documentElement.lang = to; };
export const spoken = () => language;
export const w = (name, holes = {}) => {
  const pair = WORDS[name];
  if (!pair) return name;
  return pair[language === "vi" ? 0 : 1].replace(/\{(\w+)\}/g, (_, hole) => holes[hole] ?? "");
};
