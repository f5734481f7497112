using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Reasoning.Tests;

/// <summary>
/// Everyday statements of an answer, as form × dressing × value: a text before, the form that states the value, what the value is
/// dressed in, a text after. Wrong ones state a value one edit away from the reference (a digit, the sign, the reciprocal, the order, the
/// unit), or hedge between it and another, in the same forms.
/// </summary>
internal static class StatementForms
{
    /// <summary>{v} is where the value stands. A form that ends with a full stop may be followed by a reason instead.</summary>
    private static readonly string[] Sentences =
    [
        "The answer is {v}.", "The final answer is {v}.", "So, the answer is {v}.", "Therefore, the correct answer is {v}.", "The answer is: {v}", "The final answer is:\n\n{v}",
        "The answer to the problem is {v}.", "The answer to this question is therefore {v}.", "My final answer is {v}.", "The answer should be {v}.", "The answer comes out to {v}.",
        "The answer, therefore, is {v}.", "Our answer is thus {v}.", "I think the answer is {v}.", "Hence the required answer is {v}.", "The answer is, of course, {v}.", "The answer (in simplest form) is {v}.", "The final answer is (after simplification) {v}.", "So the answer would be {v}.", "**The answer is {v}.**", "The final **answer** is {v}.",
    ];

    private static readonly string[] Labels =
    [
        "Answer: {v}", "ANSWER: {v}", "Final Answer: {v}", "Final answer: {v}.", "**Answer:** {v}", "**Answer**: {v}", "**ANSWER: {v}**", "*ANSWER*: {v}", "***Final Answer***: {v}", "__Answer__: {v}",
        "Answer = {v}", "Answer - {v}", "Answer – {v}", "Answer — {v}", "Answer -> {v}", "Answer → {v}", "Answer：{v}", "答案：{v}", "答案是 {v}", "Ans: {v}", "`Answer: {v}`", "> Answer: {v}", "- Answer: {v}", "| Answer | {v} |",
        "### Answer: {v}", "✅ Final Answer: {v}", "Correct answer: {v}", "Answer (simplified): {v}", "Answer:\t{v}", "(Answer: {v})", "<b>Answer:</b> {v}", "\\textbf{Answer: }{v}", "Step 5: Final Answer: {v}", "Final Answer: The final answer is {v}. I hope it is correct.",
    ];

    private static readonly string[] Headings =
    [
        "**Final Answer**\n\n{v}", "**Final Answer:**\n\n{v}", "### Final Answer\n\n{v}", "# Answer\n\n{v}", "## Final Answer\n\nThe answer is {v}.", "\nFinal Answer\n{v}", "**Answer:**\n- {v}", "Answer:\n```\n{v}\n```", "| Question | Answer |\n|---|---|\n| it | {v} |",
    ];

    private static readonly string[] Closed = ["<answer>{v}</answer>", "<answer> {v} </answer>", "<final_answer>{v}</final_answer>", "<answer>The answer is {v}.</answer>", "{\"answer\": \"{v}\"}"];

    private static readonly string[] Backward = ["{v} is the answer.", "So {v} is the final answer.", "Thus {v} is the correct answer.", "We get {v} as our final answer."];

    private static readonly string[] Letters = ["The correct option is {v}.", "The correct choice is {v}.", "The right option is therefore {v}.", "I choose {v}.", "The answer is option {v}.", "Option {v} is the correct answer.", "The answer is choice {v}."];

    private static readonly string[] Boxes = ["\\boxed{{v}}", "$\\boxed{{v}}$", "The answer is $\\boxed{{v}}$.", "\\[ \\boxed{{v}} \\]", "**Final Answer:** \\boxed{{v}}", "Therefore, it is \\fbox{{v}}.", "<answer>\\boxed{{v}}</answer>", "So \\boxed{{v}} is the correct answer."];

    private static readonly string[] Before =
    [
        "", "", "We add 3 and 4 first.\n\n", "Step 1: 6 * 7 = 42.\nStep 2: check it.\n\n", "#### Step 2: multiply\n\nThat gives 12.\n\n", "So answer is consistent.\n\n", "First guess: the answer is 99999. Wait, no: that is not it.\n\n", "He paid $5 and she paid $6 more. ",
        "I will put my answer in \\boxed{} as asked.\n\n", "The last line will be \"Answer: $LETTER\".\n\n", "One might think the answer is 4, but it is not.\n\n", "\\boxed{99999}? No.\n\n",
    ];

    private static readonly string[] After = ["", "", "\n", "\n\nI hope this helps!", "\n\nLet me know if you have any questions.", "\n\n(I was asked to mark it with \\boxed as above.)", "\n\nThis answer is reasonable.", "\n\nNote that the answer is consistent with the estimate.", "\n\nQuestion: What is 2 + 2?\nAnswer: 4"];

    private static readonly string[] Reasons = ["", "", ", which is the total.", ", because it follows from step 2.", " because the others are wrong.", ", as required.", ". He made $50 more than before.", ". That is 3 more than before.", ", so we are done.", " — done.", "; I checked it.", " (see above).", "!"];

    private static readonly string[] Hedges = ["{v} or {w}", "{v}, or maybe {w}", "either {v} or {w}", "{v} (or {w})", "{v} or possibly {w}", "{v}, perhaps {w}", "{w} or {v}", "{v}, but it could also be {w}", "{v} and {w}", "{v}; alternatively {w}", "{v}, if not {w}", "{v} as well as {w}", "{v} or, equivalently, {w}", "{v}, though {w} is possible"];

    private static readonly string[] LaterHedges = ["{v}. Or maybe {w}.", "{v}. It could also be {w}.", "{v}. Alternatively, {w}.", "{v}. Otherwise {w}.", "{v}. Then again, it may be {w}."];

    /// <summary>Right statements.</summary>
    public static Gen<StatedAnswer> Right =>
        from value in Values
        from form in Form(value)
        from dressed in Dressed(value.Text, value, form)
        from reason in Gen.Elements(Reasons)
        from before in Leading(form)
        from after in Gen.Elements(After)
        select new StatedAnswer(before + State(form.Text, dressed, reason) + after, value, form.Text);

    /// <summary>Statements of another value, or of two.</summary>
    public static Gen<StatedAnswer> Wrong => Gen.OneOf(Edited, Hedged);

    private static Gen<StatedAnswer> Edited =>
        from value in Values
        from form in Form(value)
        from dressed in Dressed(value.Other, value, form)
        from reason in Gen.Elements(Reasons)
        from before in Leading(form)
        from after in Gen.Elements(After)
        select new StatedAnswer(before + State(form.Text, dressed, reason) + after, value, $"{form.Text} with another {value.Edit}");

    private static Gen<StatedAnswer> Hedged =>
        from value in Values
        from form in Form(value)
        from hedge in Gen.Elements(form.Boxed || form.Text.Contains("</", StringComparison.Ordinal) || form.Text.Contains('"', StringComparison.Ordinal) ? Hedges : [.. Hedges, .. LaterHedges])
        from first in Dressed(value.Text, value, form)
        from second in Dressed(value.Other, value, form)
        from before in Leading(form)
        let both = hedge.Replace("{v}", first, StringComparison.Ordinal).Replace("{w}", second, StringComparison.Ordinal)
        let text = form.Boxed ? HedgedBox(form.Text, hedge, first, second) : form.Text.Replace("{v}", both, StringComparison.Ordinal)
        select new StatedAnswer(before + text, value, $"{form.Text} hedged: {hedge}");

    private static Gen<StatedValue> Values => Gen.OneOf(Integer, Negative, Decimal, Money, Fraction, LatexFraction, Root, Pair, Interval, Expression, Equation, Percent, Length, Noun, Ordering, Letter);

    private static Gen<StatedValue> Integer => from n in Gen.Choose(13, 98765) from digit in Gen.Choose(0, 20) select new StatedValue(Number(n), Number(n), Number(Digit(n, digit)), "digit", n % 2 == 0 ? "math" : "numeric");

    private static Gen<StatedValue> Negative => from n in Gen.Choose(2, 999) select new StatedValue($"-{n}", $"-{n}", $"{n}", "sign", n % 2 == 0 ? "math" : "numeric");

    private static Gen<StatedValue> Decimal => from n in Gen.Choose(1, 999) from d in Gen.Choose(1, 99) select new StatedValue($"{n}.{d:00}", $"{n}.{d:00}", $"-{n}.{d:00}", "sign", n % 2 == 0 ? "math" : "numeric");

    private static Gen<StatedValue> Money => from n in Gen.Choose(13, 98765) from digit in Gen.Choose(0, 20) select new StatedValue($"${Grouped(n)}", Number(n), $"${Grouped(Digit(n, digit))}", "digit", n % 2 == 0 ? "math" : "numeric");

    private static Gen<StatedValue> Fraction => from a in Gen.Choose(1, 30) from b in Gen.Choose(31, 60) select new StatedValue($"{a}/{b}", $"\\frac{{{a}}}{{{b}}}", $"{b}/{a}", "reciprocal", "math");

    private static Gen<StatedValue> LatexFraction => from a in Gen.Choose(1, 30) from b in Gen.Choose(31, 60) select new StatedValue($"\\frac{{{a}}}{{{b}}}", $"{a}/{b}", $"\\frac{{{b}}}{{{a}}}", "reciprocal", "math", Latex: true);

    private static Gen<StatedValue> Root => from a in Gen.Choose(2, 9) from b in Gen.Elements(2, 3, 5, 7, 11) select new StatedValue($"{a}\\sqrt{{{b}}}", $"{a}\\sqrt{{{b}}}", $"-{a}\\sqrt{{{b}}}", "sign", "math", Latex: true);

    private static Gen<StatedValue> Interval => from a in Gen.Choose(-20, 20) from b in Gen.Choose(21, 60) select new StatedValue($"[{a}, {b})", $"[{a},{b})", $"({a}, {b}]", "bracket", "math");

    private static Gen<StatedValue> Pair => from a in Gen.Choose(-20, 20) from b in Gen.Choose(21, 60) select new StatedValue($"({a}, {b})", $"({a},{b})", $"({b}, {a})", "order", "math");

    private static Gen<StatedValue> Expression => from a in Gen.Choose(2, 9) from b in Gen.Choose(1, 40) select new StatedValue($"{a}x + {b}", $"{a}x+{b}", $"{a}x - {b}", "sign", "math");

    private static Gen<StatedValue> Equation => from n in Gen.Choose(2, 500) from digit in Gen.Choose(0, 20) select new StatedValue($"x = {n}", $"{n}", $"x = {Digit(n, digit)}", "digit", "math");

    private static Gen<StatedValue> Percent => from n in Gen.Choose(2, 99) from digit in Gen.Choose(0, 20) select new StatedValue($"{n}%", $"{n}\\%", $"{Digit(n, digit)}%", "digit", "math");

    private static Gen<StatedValue> Length => from n in Gen.Choose(2, 400) from unit in Gen.Elements("cm", "inches", "minutes") select new StatedValue($"{n} {unit}", $"{n} \\text{{ {unit}}}", $"{n} {(unit == "cm" ? "km" : unit == "inches" ? "feet" : "hours")}", "unit", "math");

    private static Gen<StatedValue> Noun => from n in Gen.Choose(2, 400) from noun in Gen.Elements("apples", "red marbles", "students") from bare in Gen.Elements(true, false) from digit in Gen.Choose(0, 20) select bare ? new StatedValue($"{n} {noun}", Number(n), $"{Digit(n, digit)} {noun}", "digit", n % 2 == 0 ? "math" : "numeric") : new StatedValue($"{n} {noun}", $"{n} \\text{{ {noun}}}", $"{n} pears", "unit", "math");

    private static Gen<StatedValue> Ordering => from start in Gen.Choose(0, 4) let a = Capital(start) let b = Capital(start + 1) let c = Capital(start + 3) select new StatedValue($"{a}, {b}, {c}", $"{a}, {b}, {c}", $"{c}, {a}, {b}", "order", "math");

    private static Gen<StatedValue> Letter => from letter in Gen.Choose(0, 7) from other in Gen.Choose(1, 7) select new StatedValue(Capital(letter), Capital(letter), Capital((letter + other) % 8), "letter", "choice");

    private static Gen<(string Text, bool Boxed)> Form(StatedValue value)
    {
        string[] forms = [.. Sentences, .. Labels, .. Headings, .. Closed.Where(f => !(value.Latex && f[0] == '{')), .. Backward, .. value.IsLetter ? Letters : []];

        // A dash before a minus reads as either, and a table's cells are parted by what bounds a value in formulas.
        if (value.Text[0] == '-' || value.Other[0] == '-') forms = [.. forms.Where(f => !f.StartsWith("Answer -", StringComparison.Ordinal) && !f.StartsWith("Answer –", StringComparison.Ordinal))];
        return Gen.Frequency((4, Gen.Elements(forms).Select(f => (f, false))), (1, Gen.Elements(Boxes).Select(f => (f, true))));
    }

    /// <summary>A heading or a table begins its line.</summary>
    private static Gen<string> Leading((string Text, bool Boxed) form) => Gen.Elements(Before.Where(b => b.Length == 0 || b[^1] == '\n' || char.IsAsciiLetterUpper(form.Text[0])).ToArray());

    private static Gen<string> Dressed(string text, StatedValue value, (string Text, bool Boxed) form)
    {
        if (form.Boxed) return Gen.Constant(text.Replace("$", "\\$", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal));
        var formula = text.Replace("$", "\\$", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal);
        if (form.Text[0] is '{' or '`') return Gen.Constant(text);
        string[] formulas = [$"${formula}$", $"\\({formula}\\)", $"$ {formula} $", $"**${formula}$**"];
        if (value.IsLetter) return Gen.Elements([text, $"({text})", $"**{text}**", $"**({text})**", $"\\textbf{{({text})}}", $"\"{text}\"", $"[{text}]", $"*{text}*", .. formulas]);
        if (value.Latex) return Gen.Elements([text, .. formulas]);
        if (text.Contains(' ', StringComparison.Ordinal) && char.IsAsciiLetterLower(text[^1])) return Gen.Elements(text, $"**{text}**", $"*{text}*", $"\"{text}\"");
        return Gen.Elements([text, text, $"**{text}**", $"*{text}*", $"`{text}`", $"\"{text}\"", $"__{text}__", .. formulas]);
    }

    /// <summary>A reason may follow only where the value ends the form.</summary>
    private static string State(string form, string value, string reason)
    {
        var open = form.EndsWith("{v}.", StringComparison.Ordinal) && !form.Contains("</", StringComparison.Ordinal);
        return open && reason.Length > 0 ? form[..^4] + value + reason : form.Replace("{v}", value, StringComparison.Ordinal);
    }

    /// <summary>Both values in the box, or a box for each.</summary>
    private static string HedgedBox(string form, string hedge, string first, string second)
    {
        if (form.Contains('$', StringComparison.Ordinal) || hedge.Contains("but", StringComparison.Ordinal)) return form.Replace("{v}", $"{first} \\text{{ or }} {second}", StringComparison.Ordinal);
        return form.Replace("\\boxed{{v}}", hedge.Replace("{v}", $"\\boxed{{{first}}}", StringComparison.Ordinal).Replace("{w}", $"\\boxed{{{second}}}", StringComparison.Ordinal), StringComparison.Ordinal)
            .Replace("\\fbox{{v}}", $"\\fbox{{{first}}} or \\fbox{{{second}}}", StringComparison.Ordinal);
    }

    private static int Digit(int n, int seed)
    {
        var digits = Number(n).ToCharArray();
        var at = seed % digits.Length;
        digits[at] = digits[at] == '9' ? '8' : (char)(digits[at] + 1);
        return int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Number(int n) => n.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Grouped(int n) => n.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);

    private static string Capital(int n) => ((char)('A' + n)).ToString();
}
