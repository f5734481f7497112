using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

public sealed class AnswerGraderTests
{
    [Theory]
    [InlineData("exact", "New York", "  new   york. ", AnswerMatch.Equal)]
    [InlineData("exact", "New York", "York", AnswerMatch.Different)]
    [InlineData("numeric", "3.14159265", "3.1415927", AnswerMatch.Equal)]
    [InlineData("numeric", "3.14", "3.15", AnswerMatch.Different)]
    [InlineData("numeric", "0", "0.0000001", AnswerMatch.Equal)]
    [InlineData("numeric", "0", "0.001", AnswerMatch.Different)]
    [InlineData("numeric", "1200", "$1,200.00", AnswerMatch.Equal)]
    [InlineData("numeric", "0.5", "50%", AnswerMatch.Equal)]
    [InlineData("numeric", "1/3", "x = 0.33333333", AnswerMatch.Equal)]
    [InlineData("numeric", "5", "about five", AnswerMatch.Unreadable)]
    [InlineData("numeric", "5", "3+4i", AnswerMatch.Unreadable)]
    [InlineData("numeric", "5", "1e999999", AnswerMatch.Unreadable)]
    [InlineData("choice", "B", "(b)", AnswerMatch.Equal)]
    [InlineData("choice", "B", "B) 42", AnswerMatch.Equal)]
    [InlineData("choice", "B", "A or B", AnswerMatch.Different)]
    [InlineData("choice", "B", "(B) or (C)", AnswerMatch.Different)]
    [InlineData("choice", "B", "B) Paris or C) Rome", AnswerMatch.Different)]
    [InlineData("choice", "B", "B) vitamins A and C", AnswerMatch.Equal)]
    [InlineData("math", "5, 6", "5 cm and 6 cm", AnswerMatch.Equal)]
    [InlineData("math", "5 \\text{ boys}, 5 \\text{ girls}", "5 boys and 5 girls", AnswerMatch.Equal)]
    [InlineData("choice", "A, C", "C and A", AnswerMatch.Equal)]
    [InlineData("choice", "B", "Because", AnswerMatch.Unreadable)]
    [InlineData("choice", "B", "42", AnswerMatch.Unreadable)]
    [InlineData("math", "xyz", "xzy", AnswerMatch.Equal)]
    [InlineData("math", "no", "on", AnswerMatch.Different)]
    [InlineData("math", "\\pi", "3.14159265358979", AnswerMatch.Different)]
    [InlineData("math", "x+1", "x+1.00000000000000000001", AnswerMatch.Different)]
    [InlineData("math", "(1,2)", "[1,2]", AnswerMatch.Different)]
    [InlineData("math", "\\{(1,2),(3,4)\\}", "(3,4), (1,2)", AnswerMatch.Equal)]
    [InlineData("math", "x<1", "-x > -1", AnswerMatch.Equal)]
    [InlineData("math", "10:15", "2:3", AnswerMatch.Equal)]
    [InlineData("math", "3:30", "1:10", AnswerMatch.Different)]
    [InlineData("math", "1:2:3", "2:4:6", AnswerMatch.Equal)]
    [InlineData("math", "42", "\\int_0^1 x dx", AnswerMatch.Different)]
    [InlineData("math", "42", "\\int x", AnswerMatch.Unreadable)]
    [InlineData("math", "\\int_0^1 x dx", "\\int_0^1 x dx", AnswerMatch.Equal)]
    [InlineData("math", "12", "1 2", AnswerMatch.Unreadable)]
    [InlineData("math", "4 2/3", "42/3", AnswerMatch.Different)]
    [InlineData("math", "x", "", AnswerMatch.Different)]
    [InlineData("math", "\\{1\\pm\\sqrt{5},-2\\}", "-2, 1+\\sqrt{5}, 1-\\sqrt{5}", AnswerMatch.Equal)]
    [InlineData("math", "\\sqrt[3]{-8}", "-2", AnswerMatch.Equal)]
    [InlineData("math", "\\sin^{-1} 1", "\\frac{\\pi}{2}", AnswerMatch.Equal)]
    [InlineData("math", "2 \\sin b \\cos a", "\\sin(a+b)-\\sin(a-b)", AnswerMatch.Equal)]
    [InlineData("math", "34x+45y-20z+100=0", "-34x-45y+20z-100=0", AnswerMatch.Equal)]
    [InlineData("math", "x^2 > y", "y < x^2", AnswerMatch.Equal)]
    [InlineData("math", "x^2 > y", "x^2 < y", AnswerMatch.Different)]
    public void Answers_are_compared(string grader, string reference, string answer, AnswerMatch expected) => AnswerGraders.Get(grader).Compare(reference, answer).ShouldBe(expected);

    [Theory]
    [InlineData("\\boxed{3} and more", AnswerFormat.Marked, true, "3")]
    [InlineData("The answer is 3", AnswerFormat.Marked, true, null)]
    [InlineData("so 12 or 13", AnswerFormat.LastNumber, false, "13")]
    [InlineData("so -1,250.5 then", AnswerFormat.LastNumber, false, "-1,250.5")]
    [InlineData("<think>1+1=2</think> 2 ", AnswerFormat.Whole, false, "2")]
    [InlineData("<think>1+1=2", AnswerFormat.Whole, false, null)]
    [InlineData("<think>a</think>b<think>c</think>d", AnswerFormat.Whole, false, "d")]
    [InlineData("<think>a</think>b<think>c", AnswerFormat.Whole, false, null)]
    [InlineData("Final answer: x = 5", AnswerFormat.Marked, false, "x = 5")]
    [InlineData("Answer: B) Paris", AnswerFormat.Marked, false, "B")]
    [InlineData("The answer is x", AnswerFormat.Marked, false, "x")]
    [InlineData("\\boxed{1} \\boxed{2", AnswerFormat.Marked, false, null)]
    public void The_answer_is_found(string completion, AnswerFormat format, bool truncated, string? expected) => AnswerExtraction.Extract(completion, format, truncated).ShouldBe(expected);

    [Theory]
    [InlineData("<think>\n", "Maybe the answer is 3. No, 2+2=4.\n</think>\n4", AnswerFormat.Marked, false, null)]
    [InlineData("<think>\n", "Maybe the answer is 3. No, 2+2=4.\n</think>\n4", AnswerFormat.Whole, false, "4")]
    [InlineData("", "Maybe the answer is 3. No, 2+2=4.\n</think>\n4", AnswerFormat.Whole, false, "4")]
    [InlineData("<think>\n", "A first candidate is \\boxed{4}, but let me", AnswerFormat.Marked, true, null)]
    [InlineData("<think>\n", "A first candidate is \\boxed{4}, but let me", AnswerFormat.LastNumber, false, null)]
    [InlineData("[THINK]", "\\boxed{3}[/THINK]So \\boxed{4}", AnswerFormat.Marked, true, "4")]
    [InlineData("", "[THINK]\\boxed{3}[/THINK]four", AnswerFormat.Marked, false, null)]
    [InlineData("", "<|begin_of_thought|>\\boxed{3}<|end_of_thought|> The answer is 4", AnswerFormat.Marked, false, "4")]
    public void A_thought_is_never_searched(string prompt, string completion, AnswerFormat format, bool truncated, string? expected) => AnswerExtraction.Extract(completion, format, truncated, "2+2?" + prompt).ShouldBe(expected);

    [Fact]
    public void Nothing_that_a_model_writes_throws()
    {
        var cases = 0;
        for (var seed = 0UL; seed < 400; seed++)
        {
            var random = new RandomStream(seed, StreamStage.Test);
            string a = Hostile(ref random), b = Hostile(ref random);
            foreach (var grader in AnswerGraders.All)
            {
                grader.Compare(a, b);
                grader.Objection(a);
            }

            foreach (var format in Enum.GetValues<AnswerFormat>()) AnswerExtraction.Extract(a + b, format, random.NextBool(0.5));
            cases++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"random texts: {cases} cases");
    }

    /// <summary>Every search in a text is bounded: what repeats itself without end costs no more than it is long.</summary>
    [Theory]
    [InlineData("answer is ")]
    [InlineData("answer: ")]
    [InlineData("\\boxed{")]
    [InlineData("\\boxed{1} or ")]
    [InlineData("<answer>")]
    [InlineData("#### ")]
    [InlineData("7 is the answer ")]
    [InlineData("| answer |\n|---|\n")]
    [InlineData("wait, it is 5. ")]
    [InlineData("answer is (")]
    [InlineData("$")]
    [InlineData("**a")]
    [InlineData("\n")]
    [InlineData(" ")]
    public void A_long_text_is_read_in_time(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 100_000 / part.Length));
        ThreadTime.Of(() =>
        {
            foreach (var format in Enum.GetValues<AnswerFormat>()) AnswerExtraction.Extract(text, format);
        }).TotalSeconds.ShouldBeLessThan(20);
    }

    [Fact]
    public void Every_answer_equals_itself_and_comparing_is_symmetric_where_nothing_is_asymmetric()
    {
        string[] answers = ["1/2", "\\frac{3}{4}x^2", "(1,2]", "\\{1,2\\}", "x=5", "x>3", "Paris", "B", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "3\\pm 1", "5!", "e^{i\\pi}", "2:3", "1011_2", "50\\%", "-\\infty"];
        var grader = AnswerGraders.Get("math");
        foreach (var a in answers)
        {
            grader.Compare(a, a).ShouldBe(AnswerMatch.Equal, a);
            foreach (var b in answers) grader.Compare(a, b).ShouldBe(grader.Compare(b, a), $"{a} and {b}");
        }
    }

    [Fact]
    public void An_unknown_grader_names_the_nearest() =>
        Should.Throw<UserError>(() => AnswerGraders.Get("maths")).Message.ShouldContain("\"math\"");

    [Fact]
    public void References_that_nothing_can_equal_are_objected_to()
    {
        AnswerGraders.Get("numeric").Objection("Paris").ShouldNotBeNull();
        AnswerGraders.Get("choice").Objection("42").ShouldNotBeNull();
        AnswerGraders.Get("math").Objection("\\int x").ShouldNotBeNull();
        AnswerGraders.Get("math").Objection("").ShouldNotBeNull();
        AnswerGraders.Get("math").Objection("2+2=5").ShouldNotBeNull();
        AnswerGraders.Get("numeric").Objection("\\pm 5").ShouldNotBeNull();
        AnswerGraders.Get("math").Objection("\\frac{1}{2}").ShouldBeNull();
    }

    private static string Hostile(ref RandomStream random)
    {
        string[] parts = ["1", "0", "x", "\\frac", "{", "}", "(", ")", "[", "]", "\\{", "\\}", ",", "^", "_", "!", "\\sqrt", "\\sin", "|", "\\pm", "=", "<", "\\le", "and", "\\text{", "\\begin{pmatrix}", "\\end{pmatrix}", "&", "\\\\", "%", ".", " ", "-", "/", ":", "\\sum", "\\boxed", "#### ", "answer is", "Answer:", " is the answer", "wait, it is ", "$", "$$", "\\(", "\\]", "**", "`", "\n", "| Answer |", "\n|---|\n", "<answer>", "</answer>", "the correct option is ", "(B)", " or maybe ", "because", "```", "\"answer\": \"", "：", "答案", "\ud800", "\\", "e", "i", "\\cup", "\\in", "\\mid", "99999999999", "\\log", "°", "<think>", "</think>"];
        var text = new System.Text.StringBuilder();
        for (var n = random.Next(1, 60); n > 0; n--) text.Append(parts[random.Next(parts.Length)]);
        return text.ToString();
    }
}
