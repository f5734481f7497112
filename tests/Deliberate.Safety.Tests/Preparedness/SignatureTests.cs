using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Safety.Tests;

/// <summary>A signature is of one role, one policy version, one model and one statement.</summary>
public sealed class SignatureTests : IDisposable
{
    private readonly GateFolder _folder = new();
    private readonly PolicyFile _policy;

    public SignatureTests()
    {
        var (boss, other) = (RoleKeys.Create(_folder["boss.pem"]), RoleKeys.Create(_folder["other.pem"]));
        _policy = PolicyFile.Parse(PolicyTests.Small + $"\nroles:\n  boss: {{ title: Boss, public_key: \"{boss}\" }}\n  other: {{ title: Other, public_key: \"{other}\" }}\n  nobody: {{ title: Nobody }}\n", "small.yaml", PolicyTests.Today);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_signature_holds_and_whatever_is_changed_breaks_it()
    {
        var file = Record().SignInto(_folder.Root, _policy, _folder["boss.pem"]);
        SignedRecord.Read(file).Problem(_policy, DateTimeOffset.UtcNow).ShouldBeNull();
        var changes = new (string, Action<JsonObject>)[]
        {
            ("moved to another result", j => j["body"]!["result"] = "f00d"), ("another model", j => j["model"] = "beef"), ("another role", j => j["role"] = "other"), ("another time", j => j["at"] = "2026-01-01T00:00:00Z"),
            ("another kind", j => j["kind"] = "precaution"), ("another name", j => j["name"] = "Somebody"), ("something added", j => j["body"]!["more"] = 1),
        };
        foreach (var (what, change) in changes)
        {
            var json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
            change(json);
            SignedRecord.Read(_folder.File("changed.signed.json", json.ToJsonString())).Problem(_policy, DateTimeOffset.UtcNow).ShouldNotBeNull(what);
        }
    }

    [Fact]
    public void Who_has_no_key_or_no_role_cannot_sign()
    {
        Should.Throw<UserError>(() => (Record() with { Role = "stranger" }).SignInto(_folder.Root, _policy, _folder["boss.pem"])).Message.ShouldContain("no role \"stranger\"");
        Should.Throw<UserError>(() => (Record() with { Role = "nobody" }).SignInto(_folder.Root, _policy, _folder["boss.pem"])).Message.ShouldContain("no public key for nobody yet");
        Should.Throw<UserError>(() => Record().SignInto(_folder.Root, _policy, _folder["other.pem"])).Message.ShouldContain("not the key of boss");
        Should.Throw<UserError>(() => RoleKeys.Create(_folder["boss.pem"])).Message.ShouldContain("already");
        Should.Throw<UserError>(() => RoleKeys.Sign(_folder.File("no.pem", "hello"), [1])).Message.ShouldContain("no private key");
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(_folder["boss.pem"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_record_of_another_version_of_the_policy_or_from_the_future_does_not_hold()
    {
        var file = Record().SignInto(_folder.Root, _policy, _folder["boss.pem"]);
        var next = _policy with { Policy = _policy.Policy with { Version = 4 } };
        SignedRecord.Read(file).Problem(next, DateTimeOffset.UtcNow)!.ShouldContain("version 3");
        SignedRecord.Read(file).Problem(_policy, DateTimeOffset.UtcNow.AddHours(-1))!.ShouldContain("future");
        Should.Throw<UserError>(() => SignedRecord.Read(_folder.File("no.signed.json", "{}"))).Message.ShouldContain("no signed record");
    }

    [Fact]
    public void Equal_values_have_equal_bytes_whatever_the_order_of_their_keys()
    {
        CanonicalJson.Hash(JsonNode.Parse("""{"b":[1,2.50,"ä\n"],"a":{"y":null,"x":true}}""")).ShouldBe(CanonicalJson.Hash(JsonNode.Parse("""{ "a": {"x":true, "y":null}, "b":[1.0, 2.5, "\u00e4\u000a"] }""")));
        CanonicalJson.Hash(JsonNode.Parse("""{"a":1}""")).ShouldNotBe(CanonicalJson.Hash(JsonNode.Parse("""{"a":"1"}""")));
    }

    private static SignedRecord Record() => new() { Kind = SignedKind.Approval, Policy = "small", PolicyVersion = 3, Model = "cafe", Role = "boss", Name = "A. Boss", At = DateTimeOffset.UtcNow, Body = new JsonObject { ["result"] = "abcd" } };
}
