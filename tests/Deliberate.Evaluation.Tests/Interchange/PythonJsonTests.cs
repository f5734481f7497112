using System.Text;
using Deliberate.Core;

namespace Deliberate.Evaluation.Tests;

public sealed class PythonJsonTests
{
    [Theory]
    [InlineData("""{"a": NaN, "b": [Infinity, -Infinity, -1]}""", """{"a": "NaN", "b": ["Infinity", "-Infinity", -1]}""")]
    [InlineData("""{"a": "NaN and Infinity", "NaN": "\"NaN", "b": NaN}""", """{"a": "NaN and Infinity", "NaN": "\"NaN", "b": "NaN"}""")]
    [InlineData("""["\\", NaN, "\\\"", -Infinity]""", """["\\", "NaN", "\\\"", "-Infinity"]""")]
    [InlineData("""["\ud800", "\ud83d\ude00", "\udc00x", "\ud83d"]""", """["\ufffd", "\ud83d\ude00", "\ufffdx", "\ufffd"]""")]
    [InlineData("""{"plain": "-Inf", "n": -12.5e3}""", """{"plain": "-Inf", "n": -12.5e3}""")]
    public void What_JSON_has_not_is_mended(string python, string json) =>
        System.Text.Json.JsonElement.DeepEquals(PythonJson.Parse(Encoding.UTF8.GetBytes(python), "x"), System.Text.Json.JsonElement.Parse(json)).ShouldBeTrue();

    [Theory]
    [InlineData("""{"a": Nan}""")]
    [InlineData("""{"a": "NaN""")]
    [InlineData("""{"a": NaNNaN}""")]
    [InlineData("""["\ud8""")]
    [InlineData("NaN\\")]
    public void What_Python_would_not_read_either_is_refused(string text) => Should.Throw<UserError>(() => PythonJson.Parse(Encoding.UTF8.GetBytes(text), "x.json")).Message.ShouldStartWith("x.json");
}
