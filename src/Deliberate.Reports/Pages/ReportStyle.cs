using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>
/// One look for every page: one column of text about 70 letters wide, figures wider than the text, colours by custom property for
/// light, dark and paper. <see cref="Pieces"/> is what key numbers, tables, figures and transcripts need wherever they stand;
/// <see cref="Sheet"/> is that and the layout of a page that is a file of its own. Holds no <c>&lt;</c> or <c>&amp;</c>, so that
/// the page stays XML.
/// </summary>
internal static class ReportStyle
{
    private const string LightVariables =
        "--ground:#fbfbfa;--card:#ffffff;--ink:#1c2430;--muted:#59636f;--rule:#e2e5ea;--soft:#f2f4f7;--accent:#1261b0;--right:#0b7055;--wrong:#b3360b;--right-soft:#e6f4ef;--wrong-soft:#fcebe4;--note:#1261b0;";

    private const string DarkVariables =
        "--ground:#0f1216;--card:#15191f;--ink:#e8ebef;--muted:#9da7b3;--rule:#2b323c;--soft:#1b2027;--accent:#6fb4ff;--right:#48d0a6;--wrong:#ff9a70;--right-soft:#12302a;--wrong-soft:#3a2018;--note:#6fb4ff;";

    /// <summary>For pages that are made elsewhere and hold our pieces.</summary>
    public static string Pieces { get; } = string.Join('\n',
        ":root{color-scheme:light dark;" + LightVariables + ChartStyle.Variables(dark: false) + "}",
        "@media (prefers-color-scheme:dark){:root{" + DarkVariables + ChartStyle.Variables(dark: true) + "}}",
        "@media print{:root{color-scheme:light;" + LightVariables + ChartStyle.Variables(dark: false) + "--ground:#ffffff}}",
        ChartStyle.Rules,
        Text,
        Blocks,
        NarrowBlocks,
        PrintBlocks,
        "");

    /// <summary>For a page of <see cref="ReportPage"/>.</summary>
    public static string Sheet { get; } = string.Join('\n', Pieces + Layout, NarrowLayout, PrintLayout, "");

    private const string Text = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
        body{margin:0;background:var(--ground);color:var(--ink);font:17px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
        p,.table-note,figcaption,.findings{max-width:42rem;margin-left:auto;margin-right:auto}
        h2{font-size:1.6rem;line-height:1.2;letter-spacing:-.015em;margin:0 0 .7em;text-wrap:balance}
        h3{font-size:1.15rem;line-height:1.3;margin:2.6em auto .6em}
        p{margin-top:0;margin-bottom:1.05em;text-wrap:pretty}
        a{color:var(--accent);text-underline-offset:.18em;text-decoration-thickness:1px}
        code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em}
        p code,li code,dd code{background:var(--soft);border-radius:4px;padding:.1em .3em}
        .spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
        """;

    private const string Blocks = """
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,210px),1fr));gap:16px;margin:44px 0}
        .card{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:18px 20px 16px}
        .t1{--tone:var(--chart-1)}.t2{--tone:var(--chart-2)}.t3{--tone:var(--chart-3)}.t4{--tone:var(--chart-4)}.t5{--tone:var(--chart-5)}.t6{--tone:var(--chart-6)}
        .card p{margin:0}
        .card-label{font-size:.86rem;line-height:1.35;color:var(--muted)}
        .card .card-value{font-size:2.3rem;line-height:1.15;font-weight:650;letter-spacing:-.03em;color:var(--tone);margin:.18em 0 .16em;font-variant-numeric:tabular-nums}
        .card-note{font-size:.84rem;line-height:1.45;color:var(--muted)}
        figure{margin:40px 0 48px}
        .panels{background:var(--card);--chart-ground:var(--card);border:1px solid var(--rule);border-radius:12px;padding:20px 22px 18px;display:grid;gap:24px 28px}
        .panels.half{grid-template-columns:repeat(2,minmax(0,1fr))}
        .panels.small{grid-template-columns:repeat(3,minmax(0,1fr))}
        .panel{min-width:0}.if-narrow{display:none}
        figcaption{margin-top:14px;font-size:.93rem;line-height:1.5}
        figcaption p{margin-bottom:.35em}
        .how{color:var(--muted);font-size:.84rem}
        .how b{font-weight:600}.how span{margin-right:1em}
        .table-box{overflow-x:auto;margin:32px 0 10px;background:var(--card);border:1px solid var(--rule);border-radius:12px}
        table{border-collapse:collapse;width:100%;font-size:.92rem;line-height:1.4;font-variant-numeric:tabular-nums}
        caption{text-align:left;font-weight:600;padding:16px 20px 8px}
        th,td{padding:9px 20px;text-align:left;vertical-align:baseline;border-top:1px solid var(--rule)}
        .number,.number .interval{white-space:nowrap}tbody th{min-width:8em}
        thead th{border-top:0;font-size:.82rem;font-weight:600;color:var(--muted);vertical-align:bottom}
        tbody th{font-weight:500}
        .number{text-align:right}
        .interval{display:block;color:var(--muted);font-size:.82em}
        .table-note{color:var(--muted);font-size:.86rem;margin-bottom:40px}
        .pair{background:var(--card);border:1px solid var(--rule);border-radius:12px;margin:24px 0;overflow:hidden;break-inside:avoid-page}
        .problem{padding:16px 20px;border-bottom:1px solid var(--rule);background:var(--soft)}
        .problem p{max-width:none;margin:0;white-space:pre-wrap;font-weight:550}
        .problem .expected{font-weight:400;font-size:.86rem;color:var(--muted);margin-top:.3em}
        .attempts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr))}
        .attempts.one{grid-template-columns:minmax(0,1fr)}
        .problem .role{font-weight:400;font-size:.82rem;color:var(--muted)}
        .attempt{padding:16px 20px 18px;min-width:0}
        .attempt+.attempt{border-left:1px solid var(--rule)}
        .attempt h4{font-size:.95rem;margin:0 0 .7em;display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1em}
        .tokens{font-weight:400;font-size:.84rem;color:var(--muted)}
        .steps{list-style:none;margin:0;padding:0;font-size:.92rem;line-height:1.45}
        .steps li,.answer,.findings li{display:flex;gap:.6em;align-items:baseline}
        .steps li{padding:3px 8px;margin:0 -8px;border-radius:6px}
        .steps .wrong:not(.sign){background:var(--wrong-soft)}
        .said{min-width:0;flex:1}
        .said code{background:none;padding:0;white-space:pre-wrap;overflow-wrap:anywhere}
        .said .result{display:block;margin:2px 0 4px;padding:2px 8px;border-left:3px solid var(--note);background:var(--soft);border-radius:0 4px 4px 0;color:var(--muted);font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em;white-space:pre-wrap;overflow-wrap:anywhere}
        .sign{flex:none;width:1.1em;text-align:center;font-weight:700}
        .sign.right{color:var(--right)}.sign.wrong{color:var(--wrong)}.sign.unchecked{color:var(--muted)}.sign.note{color:var(--note);font-style:italic}
        .reason{color:var(--wrong);font-size:.9em}
        .no-thought{color:var(--muted);font-size:.92rem;font-style:italic;margin:.3em 0}
        details{margin:.3em 0}
        .terms dt{margin-top:.5em}
        .terms dd{margin:0}
        .terms dt,.terms .source{color:var(--muted);font-size:.86rem}
        summary{cursor:pointer;color:var(--accent);font-size:.88rem;padding:3px 0}
        .answer{margin:.8em 0 0;padding:9px 12px;border-radius:8px;max-width:none;font-weight:600}
        .is-right .answer{background:var(--right-soft)}.is-wrong .answer{background:var(--wrong-soft)}
        .answer .reason{font-weight:400}.is-right .answer .reason{color:var(--muted)}
        .is-unchecked .answer{background:var(--soft)}
        .reply{white-space:pre-wrap;overflow-wrap:anywhere;max-width:none;margin:.9em 0 0}
        .scores{display:flex;flex-wrap:wrap;gap:.4em 1.6em;margin:.8em 0 0;font-size:.92rem;font-variant-numeric:tabular-nums}
        .scores .note,.scores q{color:var(--muted);font-size:.9em}
        .findings{list-style:none;padding:0;margin-top:0;margin-bottom:0}
        .findings li{padding:.25em 0}
        .findings li>span:last-child{flex:1;min-width:0}
        dt{color:var(--muted);font-size:.82rem}
        dd{margin:0;overflow-wrap:anywhere}
        """;

    private const string Layout = """
        main,footer{max-width:1008px;margin:0 auto;padding:0 24px}
        main{padding-top:72px}
        header,nav,main h2,main h3,footer h2{max-width:42rem;margin-left:auto;margin-right:auto}
        h1{font-size:clamp(1.9rem,5vw,2.75rem);line-height:1.12;letter-spacing:-.022em;margin:0 0 .35em;text-wrap:balance}
        .subtitle{font-size:1.25rem;line-height:1.45;color:var(--muted);margin:0 0 1em}
        .made{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.2em 1.4em;color:var(--muted);font-size:.86rem}
        .lead{font-size:1.1rem}
        nav{font-size:.95rem;margin-top:2em;margin-bottom:2em}
        nav ol{margin:0;padding:14px 0;border:solid var(--rule);border-width:1px 0;list-style:none;display:flex;flex-wrap:wrap;gap:.35em 1.6em}
        nav a{text-decoration:none}nav a:hover{text-decoration:underline}
        .conclusions{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:16px;margin:40px 0 0}
        .conclusions>div{background:var(--card);border:1px solid var(--rule);border-top:3px solid var(--right);border-radius:12px;padding:20px 24px 12px}
        .conclusions>.shows-not{border-top-color:var(--muted)}
        .conclusions h2{font-size:1.05rem;letter-spacing:0;margin:0 0 .6em}
        .conclusions ul{margin:0;padding-left:1.1em;font-size:.95rem;line-height:1.5}
        .conclusions li{margin:0 0 .55em}
        .to-come{max-width:42rem;margin:32px auto;background:var(--soft);border:1px solid var(--rule);border-left:3px solid var(--note);border-radius:12px;padding:18px 24px 4px;font-size:.95rem;line-height:1.5}
        .to-come h2{font-size:1.05rem;letter-spacing:0;margin:0 0 .5em}
        .to-come ol{margin:0 0 .8em;padding-left:1.3em}.to-come p{color:var(--muted);font-size:.88rem}
        .chapter{margin-top:88px;scroll-margin-top:24px}
        footer{margin-top:104px;padding-bottom:72px;font-size:.9rem}
        footer::before{content:"";display:block;border-top:1px solid var(--rule);margin-bottom:40px}
        footer h2{font-size:1.15rem}
        .command{max-width:42rem;margin:0 auto 24px;background:var(--soft);border:1px solid var(--rule);border-radius:10px;padding:14px 16px;overflow-x:auto;line-height:1.5}
        footer dl{max-width:42rem;margin:0 auto;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,190px),1fr));gap:14px 24px}
        """;

    private const string NarrowBlocks = """
        @media (max-width:860px){.panels.small{grid-template-columns:repeat(2,minmax(0,1fr))}}
        @media (max-width:720px){.panels.half{grid-template-columns:minmax(0,1fr)}.attempts{grid-template-columns:minmax(0,1fr)}.attempt+.attempt{border-left:0;border-top:1px solid var(--rule)}}
        @media (max-width:600px){
        body{font-size:16px}
        .cards{grid-template-columns:repeat(2,minmax(0,1fr));gap:10px;margin:32px 0}
        .card{padding:14px 14px 12px}
        .card .card-value{font-size:1.75rem}
        figure{margin:28px 0 36px}
        .panels{padding:12px 10px;gap:20px}
        .panels.small{grid-template-columns:minmax(0,1fr)}
        .if-wide{display:none}.if-narrow{display:block}
        th,td{padding:8px 12px}caption{padding:14px 12px 8px}
        .problem,.attempt{padding-left:14px;padding-right:14px}
        }
        """;

    private const string NarrowLayout = """
        @media (max-width:600px){
        main,footer{padding-left:16px;padding-right:16px}
        main{padding-top:40px}
        .subtitle{font-size:1.1rem}
        .chapter{margin-top:64px}
        }
        """;

    private const string PrintBlocks = """
        @media print{
        body{font-size:10.5pt;background:none}
        .panels.half{grid-template-columns:repeat(2,minmax(0,1fr))}.panels.small{grid-template-columns:repeat(3,minmax(0,1fr))}
        .attempts{grid-template-columns:repeat(2,minmax(0,1fr))}.attempts.one{grid-template-columns:minmax(0,1fr)}
        .if-wide{display:block}.if-narrow{display:none}
        h2,h3,.problem{break-after:avoid}
        figure,.card,tr{break-inside:avoid}
        .table-box{overflow:visible}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        details::details-content{content-visibility:visible;display:block}
        a{color:inherit;text-decoration:none}
        }
        """;

    private const string PrintLayout = """
        @page{margin:16mm 14mm}
        @media print{
        main{padding-top:0}main,footer{max-width:none;padding-left:0;padding-right:0}
        nav{display:none}
        .conclusions>div{break-inside:avoid}
        .chapter{margin-top:36pt}
        }
        """;
}
