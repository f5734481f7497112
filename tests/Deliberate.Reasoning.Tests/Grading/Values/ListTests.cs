namespace Deliberate.Reasoning.Tests;

/// <summary>Several answers at once: orderings, sets, sequences, and values by their names.</summary>
public sealed class ListTests
{
    [Theory]
    [InlineData("A, B, D", "A,B,D")]
    [InlineData("B, A, C", "BAC")]
    [InlineData("\\{A, B, D\\}", "D, A, B")]
    [InlineData("\\{Z, X, Y\\}", "X, Y, Z")]
    [InlineData("\\{\\text{red}, \\text{blue}\\}", "blue and red")]
    [InlineData("A, C", "C, A")]
    [InlineData("3, 1, 2", "1, 2, 3")]
    [InlineData("\\{1,1,2\\}", "1,2")]
    [InlineData("(1,2,3)", "1,2,3")]
    [InlineData("[1,2,3]", "1,2,3")]
    [InlineData("x=3, y=1, z=2", "y=1, x=3, z=2")]
    [InlineData("x=3, y=1, z=2", "3, 1, 2")]
    [InlineData("(2, 3)", "x = 2, y = 3")]
    [InlineData("1, -1", "\\pm 1")]
    [InlineData("x=2 \\text{ or } x=3", "3, 2")]
    public void Labels_in_their_order_braces_in_any_and_values_by_name_are_right(string reference, string answer) => AnswerGraders.Get("math").Compare(reference, answer).ShouldBe(AnswerMatch.Equal);

    [Theory]
    [InlineData("A, B, D", "D, A, B")]
    [InlineData("A, B, D", "\\{D, A, B\\}")]
    [InlineData("A, B, D", "A, B")]
    [InlineData("A, B, D", "A, B, D, E")]
    [InlineData("B, A, C", "BCA")]
    [InlineData("P, Q, R", "R, Q, P")]
    [InlineData("x, y, z", "z, y, x")]
    [InlineData("\\text{Alice, Bob, Carol}", "Carol, Bob, Alice")]
    [InlineData("II, I, III", "III, II, I")]
    [InlineData("(2,3)", "3, 2")]
    [InlineData("[2,3]", "2, 3")]
    [InlineData("x=3, y=1, z=2", "1, 2, 3")]
    [InlineData("17", "17, 17")]
    [InlineData("1,2", "1,1,2")]
    [InlineData("A", "A, B")]
    [InlineData("\\{1,2\\}", "(1,2)")]
    public void Another_order_or_number_of_them_is_wrong(string reference, string answer) => AnswerGraders.Get("math").Compare(reference, answer).ShouldNotBe(AnswerMatch.Equal);

    [Theory]
    [InlineData(AnswerLists.Set, "A, B, D", "D, A, B")]
    [InlineData(AnswerLists.Set, "x, y, z", "z, y, x")]
    [InlineData(AnswerLists.Set, "red, blue, green", "blue, green and red")]
    [InlineData(AnswerLists.Set, "1, 2", "2, 1")]
    [InlineData(AnswerLists.Ordered, "1, 2", "1, 2")]
    [InlineData(AnswerLists.Ordered, "A, C", "A, C")]
    [InlineData(AnswerLists.Ordered, "\\{1, 2\\}", "2, 1")]
    [InlineData(AnswerLists.Ordered, "\\pm 1", "-1, 1")]
    public void What_is_asked_for_decides_whether_the_order_counts(AnswerLists lists, string reference, string answer) => AnswerGraders.Get("math", lists: lists).Compare(reference, answer).ShouldBe(AnswerMatch.Equal);

    [Theory]
    [InlineData(AnswerLists.Ordered, "1, 2", "2, 1")]
    [InlineData(AnswerLists.Ordered, "A, C", "C, A")]
    [InlineData(AnswerLists.Set, "(1, 2)", "(2, 1)")]
    [InlineData(AnswerLists.Set, "A, B, D", "D, A")]
    [InlineData(AnswerLists.Set, "red, blue, green", "blue, green")]
    public void And_whether_another_order_is_wrong(AnswerLists lists, string reference, string answer) => AnswerGraders.Get("math", lists: lists).Compare(reference, answer).ShouldNotBe(AnswerMatch.Equal);
}
