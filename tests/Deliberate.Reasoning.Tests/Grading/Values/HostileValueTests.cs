using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

/// <summary>Texts made to cost time: nested sums and integrals, deep brackets, endless units, equations, marks. Each is judged at once, and never right.</summary>
public sealed class HostileValueTests
{
    /// <summary>Of any machine, however busy: without bounds these texts take minutes and more.</summary>
    private const double WithinSeconds = 10;

    public static TheoryData<string> Texts { get; } =
    [
        @"\sum_{k=1}^{2000}\sum_{j=1}^{2000}\sum_{i=1}^{2000} ijk", @"\sum_{k=1}^{10^{12}} k", @"\sum_{k=1}^{2000} \frac{1}{k^{2000}}", @"\prod_{k=1}^{2000} \prod_{j=1}^{2000} j", @"\sum_{k=1}^{2000} \int_0^1 x^k dx",
        @"\int_0^1\int_0^1\int_0^1\int_0^1 xyzw\,dx\,dy\,dz\,dw", @"\int_0^{10^9} \sin(x^2) dx", @"\int_0^1 \sin(1/x) dx", @"\int_0^\infty \frac{\sin x}{x} dx", @"\int_{-1}^{2} \frac{1}{x} dx", @"\int_0^1 x^{x^{x^{x}}} dx", @"\int_0^1 \sum_{k=1}^{2000} x^k dx",
        @"\frac{d^6}{dx^6} \left(\sin(\cos(\sin(x^2+e^x)))\right)^{x^x}", @"500!\cdot 500!\cdot 500!", "9!!!!!!!!", @"\binom{10^9}{500}", "10^{10^{10}}", "1e99999", @"x^{10^{10}}",
        Times(@"\int_0^1 ", 150) + "x" + Times(" dx", 80), Times(@"\frac{d}{dx}", 150) + "x^{9}", @"\frac{d^6}{dx^6}" + Times("x", 1900), Times(@"\sum_{k=1}^{2000} k,", 95), Times(@"\sum_{k=1}^{2000} \frac1k+", 75) + "1", Times(@"\int_0^1 x^9 dx,", 110),
        Times("x=", 990) + "1", Times("1=", 990) + "2", Times("(x=", 490), Times(@"P(A \cap B)=", 150) + "5", Times("P(", 600) + Times("=", 600), Times(@"x=1 \Rightarrow ", 120), Times("2x+", 500) + "1=1",
        "5 " + Times("apples ", 270), "5" + Times(@"\text{ cm}^2", 160), "5 " + Times("thousand ", 200), Times("5 apples and ", 150), Times(@"\$", 990) + "5", "5" + Times(" per m", 300), Times("5 (mod ", 250), Times("Rs. ", 480) + "5", Times(@"5^\circ C", 200),
        Times("{5 \\choose ", 160), Times(@"\textcolor{red}{", 120) + "1" + Times("}", 120), Times(@"\color[rgb]{", 160), Times("**a** ", 330), Times("*", 1990), Times("`", 1990), Times("\"", 1990), Times("<sup>", 390), Times("$", 1991), Times("x⁴", 900), Times("⁴₁", 950), Times("½", 1990),
        Times("(", 990) + "1" + Times(")", 990), Times("{", 990) + "1" + Times("}", 990), Times("[", 1990), Times("|x", 990), Times("x|_{x=1}", 240), Times(@"\sqrt ", 330) + "2", Times("2^", 990) + "2", Times("-", 1990) + "1", Times("5!", 990), Times(@"\begin{aligned}", 130), Times(@"x \\ ", 390), Times(@"\overline{", 190), Times(@"\frac", 390), Times(@"\|", 990), Times("i^", 990) + "i",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Costly_texts_are_judged_at_once(string text)
    {
        foreach (var grader in AnswerGraders.All)
        {
            foreach (var reference in (string[])["17", @"\int_0^1 x^2\,dx", "17 apples", "y", @"\{17, x\}"])
            {
                ThreadTime.Of(() =>
                {
                    grader.Compare(reference, text).ShouldNotBe(AnswerMatch.Equal, reference);
                    grader.Compare(text, reference).ShouldNotBe(AnswerMatch.Equal, reference);
                    grader.Objection(text);
                }).TotalSeconds.ShouldBeLessThan(WithinSeconds, $"{grader.Name} with {reference}");
            }
        }
    }

    [Fact]
    public void Random_notation_is_judged_at_once_and_never_throws()
    {
        string[] parts = ["1", "5", "0.3", "x", "abc", "apples", "cm", "million", "%", @"\$", @"\text{ m", @"\text{ dogs}", "}", "{", "(", ")", "|", "=", @"\approx ", @"\Rightarrow ", @"\int_0^1 ", "dx", @"\sum_{k=1}^{9}", "k", @"\frac{d}{dx}", @"\frac", @"\choose ", @"\textcolor{red}", @"\color", "**", "`", "⁴", "₁", "½", "√", "≈", @"\angle ABC", @"\pmod 7", "^", "_", "2", "/", "-", ",", " ", " and ", " or ", @"\sqrt", @"\ln ", "!", @"\begin{aligned}", "&", @"\\", "'", "<sup>"];
        for (var seed = 0UL; seed < 3000; seed++)
        {
            var random = new RandomStream(seed, StreamStage.Test);
            string a = Draw(ref random), b = Draw(ref random);
            ThreadTime.Of(() =>
            {
                foreach (var grader in AnswerGraders.All)
                {
                    grader.Compare(a, b);
                    grader.Objection(a);
                    if (grader.Name == "math" && grader.Objection(a) is null) grader.Compare(a, a).ShouldNotBe(AnswerMatch.Different, a);
                }
            }).TotalSeconds.ShouldBeLessThan(2 * WithinSeconds, $"{a} against {b}");
        }

        string Draw(ref RandomStream random)
        {
            var text = new System.Text.StringBuilder();
            for (var n = random.Next(1, 25); n > 0; n--) text.Append(parts[random.Next(parts.Length)]);
            return text.ToString();
        }
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
