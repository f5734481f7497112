using System.Text;
using System.Text.Json;

namespace Deliberate.Core.Tests;

public sealed class JsonLinesTests
{
    [Fact]
    public void Lines_come_with_their_numbers_however_long_they_are()
    {
        using var folder = new TemporaryFolder();
        var stream = new RandomStream(6, StreamStage.Test);
        var texts = Enumerable.Range(0, 400).Select(_ => new string('ä', stream.NextBool(0.02) ? 200_000 : stream.Next(300))).ToArray();
        File.WriteAllText(folder["a"], "\uFEFF" + string.Concat(texts.Select((t, i) => JsonSerializer.Serialize(new { t }) + (i % 3 == 0 ? "\r\n\n" : "\n"))).TrimEnd('\n'));
        var lines = JsonLines.Read(folder["a"]).ToList();
        lines.Select(l => l.GetString("t")).ShouldBe(texts);
        lines[4].Number.ShouldBe(7);
    }

    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":", 2, "not valid JSON")]
    [InlineData("{\"a\":1} x\n", 1, "not valid JSON")]
    [InlineData("\n1\n[1,]\n", 3, "not valid JSON")]
    [InlineData("{'a':1}", 1, "not valid JSON")]
    public void A_malformed_line_names_its_place(string text, int line, string says)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], text);
        var error = Should.Throw<UserError>(() => JsonLines.Read(folder["a"]).ToList());
        (error.File, error.Line).ShouldBe((folder["a"], line));
        error.Column.ShouldBeGreaterThan(0);
        error.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("[{\"a\":1}]", 1)]
    [InlineData("\uFEFF\n \t[\n  {\"a\":1},\n  {\"b\":2}\n]\n", 2)]
    [InlineData("[", 1)]
    public void A_file_that_is_one_array_is_told_once_and_how_to_convert_it(string text, int line)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], text);
        var errors = new List<UserError>();
        JsonLines.Read(folder["a"], errors.Add).ShouldBeEmpty();
        errors.Single().Line.ShouldBe(line);
        errors[0].Message.ShouldContain($"is a JSON array, not JSON Lines, which hold an object a line. Convert the file: deliberate data convert {folder["a"]} OUTPUT.jsonl");
        Should.Throw<UserError>(() => JsonLines.Read(folder["a"]).ToList()).Message.ShouldBe(errors[0].Message);
    }

    [Fact]
    public void Missing_and_wrongly_typed_fields_name_themselves()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], """{"prompt":"p","n":1.5,"flag":"no","list":{},"half":"\ud800","none":null,"inner":{"x":2}}""" + "\n[1]\n");
        var lines = JsonLines.Read(folder["a"]).ToList();
        var line = lines[0];
        line.GetInt32(line.GetObject("inner"), "x").ShouldBe(2);
        line.GetDouble("n").ShouldBe(1.5);
        line.GetOptionalString("none").ShouldBeNull();
        line.GetOptionalString("absent").ShouldBeNull();
        Says(() => line.GetString("promt"), ":1: promt: The field is missing. Did you mean \"prompt\"?");
        Says(() => line.GetInt32("n"), ":1: n: Expected a whole number, found 1.5.");
        Says(() => line.GetString("n"), ":1: n: Expected text, found 1.5.");
        Says(() => line.GetBool("flag"), ":1: flag: Expected true or false, found \"no\".");
        Says(() => line.GetArray("list"), ":1: list: Expected an array, found an object.");
        Says(() => line.GetString("none"), ":1: none: Expected text, found null.");
        Says(() => line.GetString("half"), ":1: half: The text holds half of a surrogate pair");
        Says(() => lines[1].GetString("a"), ":2: Expected an object with the field \"a\", found an array.");
    }

    [Fact]
    public void Bytes_that_are_not_utf8_and_files_that_are_not_there_are_user_errors()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["data.jsonl"], [.. "{}\n\""u8, 0xff, .. "\"\n"u8]);
        Should.Throw<UserError>(() => JsonLines.Read(folder["data.jsonl"]).ToList()).Line.ShouldBe(2);
        Should.Throw<UserError>(() => JsonLines.Read(folder["dta.jsonl"]).ToList()).Advice.ShouldBe("Did you mean \"data.jsonl\"?");
        Should.Throw<UserError>(() => JsonLines.Read(folder.Path).ToList());
    }

    [Fact]
    public void No_bytes_throw_anything_but_a_user_error()
    {
        using var folder = new TemporaryFolder();
        var stream = new RandomStream(8, StreamStage.Test);
        string[] pieces = ["{", "}", "[", "]", "\"a\"", ":", ",", "1e999", "-", "null", "tru", "\"\\ud800\"", "\n", " ", "\0", "\"", "\\"];
        for (var i = 0; i < 1500; i++)
        {
            var bytes = new List<byte>(stream.NextBool(0.5) ? "{\"a\":"u8.ToArray() : []);
            for (var n = stream.Next(8); n >= 0; n--) bytes.AddRange(stream.NextBool(0.95) ? Encoding.UTF8.GetBytes(stream.Pick<string>(pieces)) : [(byte)stream.Next(256)]);
            File.WriteAllBytes(folder["f"], [.. bytes]);
            try
            {
                foreach (var line in JsonLines.Read(folder["f"]))
                {
                    if (i % 2 == 0) line.GetString("a");
                    else line.GetDouble("b");
                }
            }
            catch (UserError)
            {
            }
        }
    }

    private static void Says(Action action, string message) => Should.Throw<UserError>(action).Message.ShouldContain(message);
}
