//! The fixed texts.

use super::Lang;

macro_rules! keys {
    ($($key:ident: $en:literal, $ja:literal;)*) => {
        /// A fixed text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(clippy::enum_variant_names, reason = "some texts are about keys")]
        pub(crate) enum Key {
            $(#[doc = $en] $key,)*
        }

        impl Key {
            /// Every fixed text.
            #[cfg(test)]
            pub(crate) const ALL: [Key; TEXTS.len()] = [$(Key::$key),*];
        }

        /// In the order of [`Key`].
        static TEXTS: [(&str, &str); [$($en),*].len()] = [$(($en, $ja)),*];
    };
}

/// The text in a language.
pub(crate) fn text(lang: Lang, key: Key) -> &'static str {
    let (en, ja) = TEXTS[key as usize];
    lang.of(en, ja)
}

keys! {
    Skip: "Skip to content", "本文へ移動";
    NavLabel: "Main", "メイン";
    NavValues: "Wallet", "財布";
    NavCertificates: "Backups", "預けたもの";
    NavSafes: "Safes", "金庫";
    NavNotices: "Notices", "お知らせ";
    NavSettings: "Settings", "設定";
    Unread: "unread", "件の未読";
    Back: "Back", "戻る";
    Done: "Done", "完了";
    Opening: "Opening your wallet…", "財布を開いています…";

    WelcomeTitle: "The wallet that comes back", "戻ってくる財布";
    WelcomeLead: "Saifu keeps your tickets, cards and coupons in this browser and backs them up at independent safes, in ways in which no safe can read them. Each comes back to you, exactly once.", "チケットやカード、クーポンをこのブラウザで持ち、独立した金庫に、金庫には読めない形で預けられます。預けたものは、ちょうど1回だけ手元に戻ります。";
    WelcomeAdd: "Add the first one", "最初の1枚を追加";
    WelcomeSafe: "Choose a safe first", "先に金庫を選ぶ";
    WelcomeHonest: "Values and certificates are kept in this browser. Clearing its data clears them, too.", "中身も登録証も、このブラウザの中で保管します。ブラウザのデータを消すと、どちらも消えます。";
    EmptyHead: "The wallet is empty", "財布は空です";
    EmptyText: "Add a ticket, a card or a coupon. What you back up at safes comes back by its certificates.", "チケットやカード、クーポンを追加してください。金庫に預けたものは、登録証で取り戻せます。";
    SeeCertificates: "Backups", "預けたものを見る";

    Add: "Add", "追加";
    OnlyHereNow: "Back up what you would miss. Its certificates stay here and bring it back.", "なくして困るものは金庫に預けておきましょう。手元に残る登録証で取り戻せます。";
    BackUpAll: "Back up…", "金庫に預ける…";
    InThisBrowser: "In this browser", "このブラウザの中";
    AtSafe: "In safekeeping", "金庫に保管中";
    EndedOnes: "Ended", "終了";
    UnderWay: "Under way", "進行中";
    AllNotices: "All notices", "お知らせをすべて見る";
    StateLocal: "In this browser only", "このブラウザだけ";
    StateMoving: "Backing up…", "預け入れ中…";
    StateWorking: "Being worked on…", "処理中…";
    StateArrived: "Arrived – confirming", "到着・確認中";
    StateEnded: "Ended", "終了";
    StateElsewhere: "Elsewhere", "別の端末";
    StateNotHandedOut: "Not handed out", "引き出せず";
    StateRecovering: "Recovering…", "取り戻し中…";
    EndsSoon: "Ends soon", "まもなく終了";

    Valid: "Valid", "有効期間";
    Place: "Place", "利用場所";
    Anywhere: "Anywhere", "どこでも";
    NoLimit: "No limit", "無期限";
    Remaining: "What is left", "残額";
    Details: "Details", "詳細";
    Class: "Class", "種類";
    Name: "Name", "名称";
    UnitPrice: "Unit price", "単価";
    Quantity: "Quantity", "数量";
    Total: "Total", "合計";
    Remarks: "Remarks", "備考";
    Added: "Added", "追加日";
    BackUp: "Back up", "金庫に預ける";
    ShowCode: "Show code", "コードを表示";
    NoCode: "It has no code", "コードはありません";
    MarkUsed: "Mark as used", "使用済みにする";
    Correct: "Correct the details", "内容を訂正する";
    DiscardDots: "Discard…", "破棄する…";
    Discard: "Discard", "破棄する";
    Keep: "Keep it", "残しておく";
    NotHere: "It is not here any more", "もうここにはありません";
    NotHereText: "It was used, discarded or handed to a safe. The account under Settings says where everything went.", "使用、破棄、または金庫への預け入れが済んでいます。設定の「収支」で行き先を確かめられます。";
    BackToWallet: "Back to the wallet", "財布に戻る";
    CodeLabel: "Code to show", "見せるコード";
    CodeHint: "Turn the brightness up if the scanner hesitates.", "読み取れないときは、画面を明るくしてください。";
    CodeTooLong: "It is too long for a picture; here it is as text.", "画像にするには長すぎるため、文字で表示します。";
    Copy: "Copy", "コピー";
    Copied: "Copied. Other programs can read it until you copy something else.", "コピーしました。別のものをコピーするまで、ほかのアプリから読み取れます。";
    NotCopied: "The browser did not allow copying. Select the text instead.", "ブラウザがコピーを許可しませんでした。文字を選択してください。";
    UsedQuestion: "Mark it as used?", "使用済みにしますか？";
    UsedText: "It leaves the wallet and is counted as used. Nobody can bring it back.", "財布から消え、使用済みとして数えます。元には戻せません。";
    UsedDo: "It was used", "使用済みにする";
    NotYet: "Not yet", "やめておく";
    DiscardText: "It is in this browser only. Once discarded, nobody can bring it back.", "このブラウザにしかありません。破棄すると、だれにも元に戻せません。";

    AddTitle: "Add", "追加";
    CorrectTitle: "Correct", "訂正";
    WhatIsIt: "What is it?", "種類";
    PriceOptional: "Price of one (optional)", "1枚の金額（任意）";
    FaceAmount: "Amount when new", "元の金額";
    RemainingOptional: "What is left (optional)", "残額（任意）";
    HowMany: "How many", "枚数";
    Currency: "Currency", "通貨";
    ValidFrom: "Valid from (optional)", "有効期間（開始・任意）";
    ValidTo: "Valid to (optional)", "有効期間（終了・任意）";
    PlaceOptional: "Place (optional)", "利用場所（任意）";
    Payload: "Code or number (optional)", "コードまたは番号（任意）";
    PayloadHint: "What is scanned or typed when it is used. It is encrypted before it is stored here.", "使うときに読み取られる、または入力する内容です。暗号化してからここに保存します。";
    RemarksOptional: "Remarks (optional)", "備考（任意）";
    Save: "Put it in the wallet", "財布に入れる";
    SaveCorrection: "Replace by this", "この内容に置き換える";

    AddSafe: "Add a safe", "金庫を追加";
    SafesLead: "Safes are run by independent operators, each under its own name. What you back up is sealed or divided first, so that no safe alone can read it, unless you choose otherwise; choose operators who have nothing to do with each other.", "金庫はそれぞれ独立した運営者が、自らの名で運営しています。預けるものは先に封をするか分けるため、別の守り方を選ばないかぎり、金庫1つでは読めません。互いに関わりのない運営者を選んでください。";
    NoSafes: "No safe yet", "まだ金庫がありません";
    NoSafesText: "A safe keeps what you back up. Add one by its address and compare its fingerprint.", "預けたものを保管するのが金庫です。アドレスで追加し、指紋を見比べてください。";
    Operator: "Operator", "運営者";
    Jurisdiction: "Jurisdiction", "準拠法";
    Address: "Address", "アドレス";
    Fingerprint: "Key fingerprint", "鍵の指紋";
    Holds: "Certificates", "この金庫の登録証";
    LastAnswer: "Last answered", "最後の応答";
    NotSinceOpened: "Not since the wallet was opened", "財布を開いてからはなし";
    AskNow: "Ask now", "今すぐ確かめる";
    StaysKept: "To forget it, first recover what lies there or move it to other safes.", "登録を外すには、先にここにあるものを取り戻すか、別の金庫に移してください。";
    StaysBusy: "Work with it is under way; it can be forgotten afterwards.", "この金庫との処理が進行中です。済めば登録を外せます。";
    GiveUpEnding: "Stop asking…", "頼むのをやめる…";
    GiveUpEndingDo: "Stop asking", "頼むのをやめる";
    GiveUpEndingText: "What is left there is of no use to you: its value is here, at other safes, or was given up. Its certificates are deleted here, so nobody can fetch it any more; but if the safe comes back, it keeps its copy until its term ends.", "残っているのは、もう要らないものです。中身は手元か別の金庫にあるか、すでに破棄しました。登録証をここから消すので、だれも受け取れなくなりますが、金庫が戻った場合、写しは保管期限まで残ります。";
    AskOn: "Go on", "頼み続ける";
    LegacyHash: "Also uses MD5, which is weak. Saifu checks SHA-256 besides.", "弱いハッシュのMD5も使っています。SaifuはSHA-256でも照合します。";
    ReachUnknown: "Not asked yet", "未確認";
    ReachAnswers: "Answered", "応答あり";
    ReachSilent: "No answer", "応答なし";
    Forget: "Forget…", "登録を外す…";
    ForgetDo: "Forget it", "登録を外す";
    ForgetQuestion: "Forget this safe?", "この金庫の登録を外しますか？";
    ForgetText: "Nothing of yours lies there. You can add it again at any time.", "ここに預けているものはありません。いつでも追加し直せます。";
    SafeAddress: "Address of the safe", "金庫のアドレス";
    SafeAddressHint: "For example https://safe.example", "例：https://safe.example";
    AskWho: "Ask who it is", "相手を確かめる";
    Ask: "Ask", "確かめる";
    Asking: "Asking…", "問い合わせ中…";
    Suggested: "Suggested by this site", "このサイトからの提案";
    SuggestedText: "A suggestion is no guarantee: compare the fingerprint all the same.", "提案は保証ではありません。指紋は必ず見比べてください。";
    MetQuestion: "Is this the safe you mean?", "この金庫で間違いありませんか？";
    MetText: "Compare the fingerprint with the one its operator publishes. From now on this wallet accepts only this key.", "運営者が公表している指紋と見比べてください。以後、この財布はこの鍵だけを受け付けます。";
    KeepsFor: "Keeps for", "保管期間";
    NotThisOne: "Not this one", "ちがいます";
    Matches: "It matches, add", "一致したので追加";

    BackUpTitle: "Back up", "金庫に預ける";
    WhatToBackUp: "What?", "何を預けますか？";
    HowToProtect: "How is it protected?", "どう守りますか？";
    Advised: "Suggested", "おすすめ";
    MoreWays: "More ways…", "ほかの守り方…";
    WhatItMeans: "What this means", "この守り方では";
    GetsValue: "the value", "中身";
    GetsPiece: "a piece", "断片";
    GetsKey: "the key", "鍵";
    GetsShare: "a share of the key", "鍵のかけら";
    MoreSafes: "Some ways take more safes of different operators.", "運営者の異なる金庫がもっと必要な守り方もあります。";

    Backup: "Backup", "預けた内容";
    PartsTitle: "Where it lies", "預け先";
    Protection: "Protection", "守り方";
    StepRequestingAll: "Asking its safes", "金庫に請求しています";
    StepRequestingAllNote: "Showing each its certificate", "それぞれに登録証を提示します";
    StepConfirmedAllNote: "Enough safes close their entries for good", "必要な数の金庫が預かりを締めます";
    StepMoved: "Registered anew", "新しく預けました";
    StepMovedNote: "Under a new key, before the old safes let go of it", "前の金庫が手放す前に、新しい鍵で預けます";
    StepAtNew: "At its new safes", "新しい金庫に移りました";
    StepAtNewNote: "The old safes end what they have", "前の金庫は預かった分を破棄します";
    StepFetched: "The key is here again", "鍵が手元に戻りました";
    StepFetchedNote: "Its safe goes on keeping it", "金庫にも引き続き残ります";
    MoveDots: "Move to other safes…", "別の金庫に移す…";
    MoveTitle: "Move to other safes", "別の金庫に移す";
    MoveText: "It is brought together here, registered anew under a new key, and only then do the old safes let go of it. It takes as many of them as recovering it does.", "いったんここで組み立て、新しい鍵で預け直してから、前の金庫の分を破棄します。取り戻すときと同じ数の金庫の応答が必要です。";
    MoveDo: "Move it", "移す";
    Moving: "Moving to other safes", "別の金庫に移しています";
    GiveUpDots: "Give up…", "破棄する…";
    GiveUpText: "Its safes destroy their parts and the certificates are deleted here. Nobody can bring it back, not even the operators.", "金庫がそれぞれの部品を消し、登録証もここから消します。運営者にも、だれにも元に戻せません。";
    GiveUpTick: "I know that what lies at the safes is lost as well", "金庫にあるものも失われることを理解しました";
    EndingText: "Nothing to do: what is left at its safes is being ended, and tried again until it is. If a safe is gone for good, stop asking it under Safes.", "何もする必要はありません。金庫に残った分の破棄を、済むまで自動で続けます。金庫がもう戻らないときは、「金庫」の画面で頼むのをやめられます。";
    PartCertificate: "Certificate of a part", "部品の登録証";
    PartWhat: "What it stands for", "対応するもの";

    AdvancedTitle: "More ways", "ほかの守り方";
    StartFrom: "Start from", "もとにする守り方";
    OwnPlan: "What is chosen below", "下で選んだ内容";
    SeeMarked: "It cannot be done like this. Change what is marked.", "このままでは預けられません。印の付いた項目を直してください。";
    GroupPlain: "As it is", "そのまま";
    GroupSealed: "Sealed", "封をする";
    GroupElsewhere: "Key elsewhere", "鍵を別の金庫に";
    GroupDivided: "Divided", "分ける";
    GroupCoupled: "Coupled", "まとめる";
    GroupSplit: "Key split", "鍵を割る";
    GroupSeed: "Seed", "シード";
    Steps: "Steps, in this order", "手順（上から順に）";
    StepCouple: "Couple: several values become one", "まとめる：いくつかを1つに";
    StepSeal: "Seal: encrypt", "封をする：暗号化";
    StepDivide: "Divide into pieces", "分ける：断片に";
    Earlier: "Earlier:", "先にする：";
    TheKey: "Key", "鍵";
    KeyForm: "Kind of key", "鍵の種類";
    SealWith: "Which key seals", "封をする鍵";
    FreshKey: "A fresh one", "新しく作る鍵";
    KeyGoes: "Where the key goes", "鍵の行き先";
    KeyStays: "It stays here only", "手元だけ";
    KeyWithData: "To the safes of the value", "中身と同じ金庫";
    KeyElsewhere: "To other safes", "別の金庫";
    KeyInShares: "In shares", "かけらにして";
    KeySafes: "Safes that get the key", "鍵を預ける金庫の数";
    SharesNeeded: "Shares that give it back", "戻すのに必要なかけら";
    SharesWith: "Shares with the value", "中身に添えるかけら";
    SharesNone: "None", "なし";
    SharesEvery: "One, the same with every part", "すべての部品に同じ1つ";
    SharesEach: "One with each part", "部品ごとに1つずつ";
    SharesApart: "Shares by themselves", "単独で預けるかけら";
    SharesAtData: "They lie at the safes of the value, too", "これも中身と同じ金庫に預ける";
    EraseKey: "Erase the key here once it is registered", "登録したら手元の鍵を消す";
    TheData: "Value and safes", "中身と金庫";
    Pieces: "Pieces", "断片の数";
    Copies: "Whole copies", "丸ごとの写しの数";
    PiecesNeeded: "Pieces that give it back", "戻すのに必要な断片";
    AllNeeded: "All of them", "すべて";
    DataSafes: "Safes they go to", "預ける金庫の数";
    PieceHere: "One more piece stays here", "もう1つの断片を手元に残す";
    Quorum: "Safes that must confirm", "確認が必要な金庫の数";
    LeavesAfter: "Leaves this browser after so many answers", "このブラウザから消すまでの応答の数";
    Digest: "What safes can read about it", "金庫に見える要約";
    DigestOpen: "A summary", "要約";
    DigestSealed: "A summary only this wallet reads", "この財布だけが読める要約";
    DigestVacant: "Nothing", "なし";

    KeysTitle: "Keys", "鍵";
    KeysLead: "Keys open what is sealed. They stay in this wallet unless you back them up.", "鍵は封を開けるものです。預けないかぎり、この財布から出ません。";
    NoKeys: "No keys", "鍵はありません";
    NoKeysText: "A key is made whenever something is sealed. You can also make one beforehand and seal several values with it.", "鍵は封をするたびに作られます。先に作っておき、いくつかの封に使うこともできます。";
    MakeKey: "Make a key", "鍵を作る";
    Make: "Make", "作る";
    KeyHere: "In this wallet", "この財布";
    KeyId: "Id", "識別番号";
    SeeKey: "See the key", "鍵を見る";
    Algorithm: "Algorithm", "方式";
    Opens: "What it opens", "開くもの";
    OpensNothing: "Nothing.", "ありません。";
    HeldBy: "Where it lies", "鍵の預け先";
    HeldByNothing: "At no safe.", "金庫には預けていません。";
    BackUpKey: "Back the key up", "鍵を預ける";
    CopiesWhere: "Which safes get a copy?", "写しを預ける金庫";
    FetchKey: "Fetch it from its backup", "預け先から取り戻す";
    Delete: "Delete", "削除する";
    DeleteDots: "Delete…", "削除する…";
    DeleteKeyLost: "It lies at no safe. What it opens cannot be opened by anybody any more.", "金庫に預けていません。削除すると、この鍵で開くものは、だれにも開けなくなります。";
    DeleteKeyHeld: "It can be fetched again from where it lies.", "預け先から、また取り戻せます。";
    DeleteKeyFree: "Nobody needs it any more.", "もう必要ありません。";
    KeyNotHereText: "It was deleted, or it never was in this wallet. The list has every key there is.", "削除されたか、この財布にはなかった鍵です。一覧にすべての鍵があります。";
    DeleteKeyTick: "I know that what it opens is lost", "この鍵で開くものが失われることを理解しました";
    DeleteAllText: "They lie at no safe either. Nothing is lost with them.", "金庫にも預けていない鍵です。失われるものはありません。";
    SafeHasBoth: "A safe that is chosen also has something that the key opens, and could read it then.", "選んだ金庫には、この鍵で開くものもあります。両方あると読めます。";
    SafeHasBothNow: "Take another safe, or keep the key here.", "別の金庫を選ぶか、鍵は手元に残してください。";

    PolicyTitle: "Suggested protection", "おすすめの守り方";
    PolicyLead: "The first rule that fits a value suggests how to protect it. You can choose differently each time.", "上から順に、最初に当てはまる規則が守り方を選びます。預けるたびに変えることもできます。";
    PolicyOthers: "Everything else", "それ以外";
    PolicyMuch: "Worth much", "高額なもの";
    PolicyFrom: "Worth at least", "この金額以上";
    PolicyReset: "Reset to default", "初期設定に戻す";
    PolicyWrong: "This is no amount. Write digits only, as 15000 or 100.00.", "金額ではありません。15000 や 100.00 のように数字だけで書いてください。";
    BackUpThen: "It leaves this browser only once the certificates have been checked and stored.", "登録証を確かめて保存するまで、このブラウザからは消えません。";
    NothingToBackUp: "There is nothing to back up: everything is at a safe, under way or ended.", "預けるものはありません。すべて金庫にあるか、進行中か、終了しています。";
    BackingUp: "Backing up", "預け入れ中";
    BackedUp: "Backed up", "預けました";
    BackedUpNow: "Its certificates are stored in your wallet; you need them to get it back.", "登録証は財布に保存しました。取り戻すときに使います。";
    Leave: "You can close this page. It continues by itself when you come back.", "このページを閉じても大丈夫です。次に開いたとき、続きから自動で進みます。";
    StepWritten: "Written down", "記録しました";
    StepWrittenNote: "This browser remembers what it is about to do", "これから行うことをこのブラウザに記録しました";
    StepHanding: "Handing it to the safe", "金庫に渡しています";
    StepHandingNote: "Waiting for its certificate", "登録証を待っています";
    StepChecking: "Checking the certificate", "登録証を照合します";
    StepCheckingNote: "Signature, digest and hash", "署名・要約・ハッシュ値";
    StepSafe: "Safe", "保管完了";
    StepSafeNote: "The certificate is stored, the copy here is removed", "登録証を保存し、手元の写しを消します";
    StepDone: "done", "完了";
    StepNow: "in progress", "進行中";
    StepTodo: "not yet", "まだ";
    StepStopped: "waiting", "待機中";

    CertificatesShow: "Show", "表示";
    All: "All", "すべて";
    WithinAWeek: "Ending within a week", "1週間以内に終了";
    CertificatesLead: "You can read these off-line. Each stands for something that lies at safes.", "オフラインでも見られます。それぞれが、金庫にあるものに対応します。";
    NoCertificates: "Nothing backed up yet", "預けたものはまだありません";
    NoCertificatesText: "What you back up is listed here, with its certificates.", "預けると、その登録証とともにここに並びます。";
    NoneThisWeek: "None ends within a week.", "1週間以内に終了するものはありません。";
    Vacant: "Value without a digest", "要約のない値";
    Certificate: "Certificate", "登録証";
    CertificateTitle: "Certificate of registration", "登録証明書";
    CertificateSub: "Deposited at an electronic safe", "電子金庫への預入を証します";
    IssuedBy: "Issued by", "発行した金庫";
    Safe: "Safe", "金庫";
    Issued: "Issued", "発行日時";
    KeptUntil: "Kept until", "保管期限";
    Size: "Size", "大きさ";
    Sha256: "Hash (SHA-256)", "ハッシュ値（SHA-256）";
    Md5: "Hash (MD5) – weak, never relied on alone", "ハッシュ値（MD5）– 弱いため単独では使いません";
    CertificateChecked: "Signature checked on this device. Digest and hash match what was sent.", "この端末で署名を確認済みです。要約とハッシュ値は送った内容と一致しています。";
    AsText: "The certificate as text", "登録証を文字で見る";
    AsTextNote: "Whoever reads it learns what lies where. Recovering also takes a key that stays in this wallet.", "読んだ人には何がどこにあるか分かります。取り戻すには、この財布から出ない鍵も必要です。";
    Print: "Print", "印刷";
    Recover: "Recover", "取り戻す";
    TryRecoverAgain: "Ask the safe again", "金庫にもう一度頼む";
    DiscardCertificateText: "The safe destroys the value and the certificate is deleted here. Nobody can bring it back, not even the operator.", "金庫が中身を消し、登録証もここから消します。運営者にも、だれにも元に戻せません。";
    DiscardCertificateTick: "I know that the value at the safe is lost as well", "金庫にあるものも失われることを理解しました";
    Receipt: "Signed receipt of the safe", "金庫の署名付き受領書";
    ReceiptState: "What the safe says", "金庫の記録";
    ReceiptSession: "Session", "セッション";
    ReceiptSince: "Since", "日時";
    ReceiptChecked: "Its signature was checked on this device.", "署名はこの端末で確認済みです。";

    Recovering: "Recovering", "取り戻しています";
    YoursAgain: "Yours again", "手元に戻りました";
    RecoverWhy: "A value comes back once only. It becomes usable when the safe has confirmed that nobody else can fetch it.", "取り戻せるのは1回だけです。ほかのだれも受け取れないことを金庫が確認すると、使えるようになります。";
    StepRequesting: "Requesting", "請求しています";
    StepRequestingNote: "Showing the certificate to the safe", "金庫に登録証を提示します";
    StepArrived: "Arrived", "届きました";
    StepArrivedNote: "Stored here, not yet usable", "手元に保存しました。まだ使えません";
    StepConfirmed: "Confirmed", "確認しました";
    StepConfirmedNote: "The safe closes its entry for good", "金庫が預かりを締めます";
    StepYours: "Yours again", "手元に戻りました";
    StepYoursNote: "Ready to use in this browser", "このブラウザで使えます";
    TryNow: "Try now", "今すぐ試す";
    CallOff: "Call off", "中止する";
    RetireTitle: "Asking the safe to forget it", "金庫に破棄を頼んでいます";

    MakeRoom: "Make room", "空きを作る";
    RoomUsed: "Room used", "使用量";
    MakeRoomBackUp: "Back some up", "いくつか預ける";
    MakeRoomBackUpNote: "What lies at a safe takes almost no room here", "金庫に預けたものは、ここでほとんど場所を取りません";
    MakeRoomEnded: "Clear what has ended", "終了したものを片づける";
    MakeRoomRaise: "Raise the limit", "上限を上げる";
    MakeRoomRaiseNote: "In Settings", "設定で変更できます";

    ElsewhereTitle: "Saifu is open in another tab", "別のタブで開いています";
    ElsewhereText: "So that no value can be spent twice, only one tab works at a time. Go back to the other tab, or continue here; the other one will then stop.", "同じものが二重に使われないよう、動けるタブは1つだけです。元のタブに戻るか、ここで続けてください。続けると、もう一方は止まります。";
    ContinueHere: "Continue here", "ここで続ける";
    FencedTitle: "Another tab took over", "別のタブに引き継がれました";
    FencedText: "The wallet was opened in another tab, so this one stopped. Nothing was lost on the way.", "別のタブで財布を開いたため、このタブは止まりました。失われたものはありません。";
    BlockedTitle: "Your wallet could not be opened", "財布を開けませんでした";
    BlockedText: "The browser refused access to its storage. Saifu has not changed or replaced anything.", "ブラウザが保存領域を開けませんでした。中身は変更も作り直しもしていません。";
    BlockedNow: "Close other Saifu tabs, leave private browsing, free some space, then try again. Values at safes are not affected.", "Saifuのほかのタブを閉じ、プライベートブラウズを終了し、空き容量を確保してから、もう一度お試しください。金庫にあるものは影響を受けません。";
    NewerTitle: "This wallet is from a newer Saifu", "新しいSaifuで作られた財布です";
    NewerText: "A newer version has written here, and this one could misread it. Nothing was changed.", "新しいバージョンが書き込んだ内容を、このバージョンでは正しく読めないおそれがあります。何も変更していません。";
    NewerNow: "Reload the page to get the newer version. Close every other tab of Saifu if this comes again.", "ページを再読み込みして新しいバージョンにしてください。同じ表示が続くときは、Saifuのほかのタブをすべて閉じてください。";
    DamagedTitle: "The wallet's records do not open", "財布の記録を開けません";
    DamagedText: "A key or a record in this browser is damaged. Saifu stopped before changing anything.", "このブラウザの鍵または記録が壊れています。何も変更せずに止まりました。";
    DamagedNow: "Reload once. If it stays like this, do not clear the browser's data: what is damaged can often still be read by a repair.", "一度だけ再読み込みしてください。直らないときは、ブラウザのデータを消さないでください。修復で読み出せる場合があります。";
    TryAgain: "Try again", "もう一度試す";
    Reload: "Reload", "再読み込み";
    CrashTitle: "Saifu stopped unexpectedly", "予期せず停止しました";
    CrashText: "Every step is written down before it is taken, so nothing is lost.", "どの操作も記録してから行うため、何も失われていません。";
    CrashNow: "Start again. Whatever was under way continues from where it stopped.", "もう一度開いてください。途中だった操作は、続きから再開します。";
    StartAgain: "Start again", "もう一度開く";

    HandOverDots: "Hand over…", "人に渡す…";
    HandOverLater: "It can be handed over once every safe has its part back.", "すべての金庫に部品が戻ったら、渡せるようになります。";
    HandOver: "Hand over", "人に渡す";
    BearerWarning: "Whoever reads what is shown next has the value.", "次の画面を読んだ人が、中身を手に入れます。";
    HandOverText: "It is a bearer paper, like cash: a photograph of it is enough. Show it only to whoever is to have it, and let them take it over at once.", "現金と同じ持参人証です。写真に撮られるだけで渡ってしまいます。渡す相手だけに見せ、その場で受け取ってもらってください。";
    HandOverKey: "Hand the key over, too", "鍵も渡す";
    HandOverKeyNote: "If no safe keeps the key, the value cannot be opened without it. The key opens everything else it seals, too.", "鍵を預けた金庫がなければ、鍵なしでは開けません。この鍵で封をしたほかのものも開けるようになります。";
    ShowPapers: "Show", "表示する";
    Bearer: "Bearer: whoever reads this has it", "持参人証：読んだ人のものになります";
    CopyAll: "Copy all", "すべてコピー";
    HandedOver: "It has been handed over", "渡しました";
    HandedOverQuestion: "Does somebody else have it now?", "相手は受け取りましたか？";
    HandedOverText: "It is deleted here, and no safe is told. If nobody has taken it over, it is lost.", "この財布から消します。金庫には知らせません。だれも受け取っていなければ、失われます。";
    HandedOverDo: "Delete it here", "ここから消す";
    TakeOverDots: "Take over…", "受け取る…";
    TakeOver: "Take over", "受け取る";
    TakeOverText: "What somebody hands over as bearer papers comes into this wallet. As soon as the safes have answered, every copy of the papers is worth nothing.", "渡された持参人証の中身が、この財布に入ります。金庫が応じたあとは、証の写しはすべて無効になります。";
    Papers: "Text of the papers", "持参人証の文字";
    TakeOverHint: "One or several, in any order. Trust their safes first.", "何枚でも、どの順でもかまいません。先にその金庫を追加してください。";
    NoPaper: "This is no bearer paper of Saifu, or not whole. Copy it again, from its first character to its last.", "Saifuの持参人証ではないか、欠けています。最初の文字から最後の文字まで、もう一度コピーしてください。";

    SettingsTitle: "Settings", "設定";
    Display: "Display", "表示";
    Language: "Language", "言語";
    Theme: "Theme", "外観";
    ThemeAuto: "Automatic", "自動";
    ThemeLight: "Light", "ライト";
    ThemeDark: "Dark", "ダーク";
    AccountTitle: "Every value accounted for", "収支";
    AccountOk: "In order", "異常なし";
    AccountWrong: "Does not add up", "合いません";
    AccountWrongText: "Please report this, and back up nothing until it is explained.", "お手数ですがご報告ください。原因が分かるまで、新しく預けないでください。";
    CameIn: "Came into the wallet", "財布に入ったもの";
    AccountHere: "In this wallet", "この財布にあるもの";
    AccountAtSafes: "At safes", "金庫にあるもの";
    AccountUsed: "Used", "使用したもの";
    AccountDiscarded: "Discarded", "破棄したもの";
    AccountElsewhere: "Handed over, or proven to be elsewhere", "渡したもの、別の端末にあるもの";
    Storage: "Storage", "保存領域";
    Capacity: "Room for values, in KB", "値に使える容量（KB）";
    CapacityHint: "When it is full, new values wait until there is room.", "いっぱいになると、空きができるまで待ちます。";
    CapacityProblem: "Give a whole number from 1 to 1,000,000.", "1から1,000,000までの整数で入力してください。";
    Apply: "Apply", "変更する";
    KeptByBrowser: "Kept by the browser", "ブラウザによる保護";
    Promised: "Promised", "保証あり";
    NotPromised: "Not promised", "保証なし";
    PromisedHint: "The browser clears this wallet only if you tell it to.", "あなたが指示しないかぎり、ブラウザはこの財布を消しません。";
    NotPromisedHint: "The browser may clear this wallet when space runs short. Install the app or allow storage: certificates lie here, too, and without its certificate nothing comes back from a safe.", "空き容量が不足すると、ブラウザがこの財布を消すことがあります。アプリとしてインストールするか、保存を許可してください。登録証もここにあり、登録証がなければ金庫からは戻せません。";
    AskToKeep: "Ask the browser to keep it", "保存を許可する";
    Refused: "The browser did not promise it. It often does once the app is installed.", "ブラウザは保証しませんでした。アプリとしてインストールすると認められることがあります。";
    Install: "Install", "インストール";
    About: "About", "このアプリについて";
    Version: "Version", "バージョン";
    UpdateReady: "A new version is ready.", "新しいバージョンがあります。";
    UpdateNow: "Update", "更新";
    Later: "Later", "あとで";

    NoticesTitle: "Notices", "お知らせ";
    NoticesLead: "They stay until you say you have seen them.", "確認するまで、ここに残ります。";
    NoNotices: "Nothing to tell", "お知らせはありません";
    NoNoticesText: "When something happens that you should know, it waits here for you.", "知っておくべきことが起きると、ここでお知らせします。";
    Seen: "I have seen it", "確認しました";
}
